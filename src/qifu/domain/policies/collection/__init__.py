"""Policies as they are found at other offices: where to look, what was found, and what became of it.

likeness.py tells one text from another · actions.py the only writes · queries.py the queue, the health of sources, freshness.
Fetching and reading stand in `qifu.entry.intake.policies`.
"""
