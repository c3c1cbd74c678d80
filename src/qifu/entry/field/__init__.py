"""Specialists on a phone."""
