"""Published final accounts for everybody."""
