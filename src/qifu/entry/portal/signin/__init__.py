"""Signing in and out: staff by password and second step, enterprises by phone and code; one's own devices."""
