"""Enterprises on a phone: proving that one speaks for a firm, colleagues, and which firm one acts for at the moment."""
