"""Idempotency: a retry of the same submission gets the same receipt, never a second object."""
