"""Composed across rooms once, for page, API and paper."""
