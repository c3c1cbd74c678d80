"""Policies at the desk: the library, documents, the editor, coverage, what is unclaimed, freshness and the funnel."""
