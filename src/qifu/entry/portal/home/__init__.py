"""Home, messages and help for enterprises and visitors."""
