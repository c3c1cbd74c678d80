"""Targets and actuals compared."""
