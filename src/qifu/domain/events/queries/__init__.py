"""The only reads of events and venues that others may use."""
