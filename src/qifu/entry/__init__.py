"""INPUT: whatever arrives: parse, know who, call one action or query, answer."""
