"""The only writes of grants."""
