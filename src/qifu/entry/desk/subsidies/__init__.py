"""Subsidised interest on the desk: banks, programmes, lists of loans, settlements."""
