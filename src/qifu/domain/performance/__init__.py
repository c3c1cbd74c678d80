"""What the centre and its projects promise for a year, and what came of it: goals, indicators, self-evaluation."""
