"""The registry, for the staff."""
