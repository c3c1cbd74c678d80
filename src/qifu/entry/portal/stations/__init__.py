"""Stations for everybody, and an enterprise's own specialist."""
