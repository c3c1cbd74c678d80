"""Evidence: an append-only, hash-chained record of every write, in the same transaction as the write.

Each object has a chain of its own, so writers of different objects never wait for each other; a *seal* joins all chains in the order in
which the records were written, and its digest is carried outside the database (an *anchor*). See docs/rules/evidence.md.
"""
