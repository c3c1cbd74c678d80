"""The only writes of obligations and claw-backs."""
