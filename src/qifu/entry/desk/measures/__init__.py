"""All figures that can be proved: what each is, what it amounts to, and the rows behind it."""
