"""Events and rooms on the desk: made, filled, held; the door; whom they reach; who has which room."""
