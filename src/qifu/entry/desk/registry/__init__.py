"""The registry and the buildings, for the staff."""
