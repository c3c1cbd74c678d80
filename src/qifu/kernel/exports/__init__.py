"""Long lists carried away: written in the background with progress, fetched by who asked for them, cleared after a week."""
