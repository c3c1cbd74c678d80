"""Units, streets, stations, members, roles, duty, delegation."""
