"""Identity of enterprises: sources, classes, certification."""
