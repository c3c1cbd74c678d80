"""The only writes of subsidised interest."""
