"""Enterprises and visitors."""
