"""LAW: pure Python; values in, decision and trace out."""
