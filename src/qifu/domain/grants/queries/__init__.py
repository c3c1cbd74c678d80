"""The only reads of grants that others may use, cut to the actor."""
