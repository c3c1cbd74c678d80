"""The only reads others may use, cut to the actor."""
