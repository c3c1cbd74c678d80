"""The only writes of the collection: sources, what a round brings home, and what an editor decides of it."""
