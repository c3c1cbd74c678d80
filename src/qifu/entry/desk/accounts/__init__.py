"""Composing a disclosure: what is still to be said, the text with its figures, signatures, publication."""
