"""Policies that find their enterprises: documents, dated revisions of items with their conditions and cases, matches, pushes.

actions are the only writes, queries the only reads for others, facts.py turns rows into what the eligibility engine takes;
composing.py is a condition as lines that can be edited without code, costing.py what an item would cost a whole district;
library/ is the starter library as files.
"""
