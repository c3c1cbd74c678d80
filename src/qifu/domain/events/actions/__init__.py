"""The only writes of events and venues."""
