"""The enterprise's own page of its data: what stands, whose it is, what is lacking; to fill in and to correct."""
