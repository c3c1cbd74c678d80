"""Visits at the desk: the list, one visit, the calendar over all offices, monthly plans, who looks after whom."""
