"""Buildings, rooms, tenancies; state property."""
