"""Budget and execution: what may be spent, what was, and how the year will end."""
