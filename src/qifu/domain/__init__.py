"""STATE: what is kept. Rooms of one tier do not know each other."""
