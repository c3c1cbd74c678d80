"""Rooms to let, for everybody; and the pages of whoever runs a building."""
