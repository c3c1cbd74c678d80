"""Grants on the desk: work lists, one application, schemes, public lists, money, figures."""
