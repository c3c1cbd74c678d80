"""Leaders: rates with denominators, drill-down to the record."""
