"""Budgets and final accounts: published documents examined, and (later) the ones we write ourselves."""
