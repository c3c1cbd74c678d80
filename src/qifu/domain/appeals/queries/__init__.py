"""The only reads of the case loop that others may use, already cut to the actor."""
