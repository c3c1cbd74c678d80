"""Goals and indicators of a year, and the self-evaluation of what came of them."""
