"""Showing a masked phone or identity number: a reason is asked for, and the look is recorded."""
