"""Goals, indicators, actuals computed from evidence."""
