"""Policies found at other offices, at the desk: the queue of an editor, sources and their health, freshness."""
