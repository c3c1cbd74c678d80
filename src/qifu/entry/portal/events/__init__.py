"""Events and rooms for everybody: what there is, a place in it, one's ticket, a room for an hour."""
