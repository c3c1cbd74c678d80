"""Shared pages, components and styles."""
