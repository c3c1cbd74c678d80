"""Settings, read once from the environment; urls; wsgi and asgi."""
