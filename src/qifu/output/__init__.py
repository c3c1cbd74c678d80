"""OUTPUT: whatever leaves: reads queries, never writes a room."""
