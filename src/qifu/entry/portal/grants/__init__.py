"""Grants as enterprises and the public meet them, on a phone first: what there is, apply, follow the money, public lists."""
