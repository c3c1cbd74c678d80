"""Documents, clauses in force by date, matches and pushes."""
