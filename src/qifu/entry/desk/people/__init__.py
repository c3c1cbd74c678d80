"""Screens for staff: units, members and their roles, duty, delegation, one's own profile."""
