"""The yearly analysis of industries on the desk: the same chapters as the paper, and the paper in three forms."""
