"""Plans and records of visits."""
