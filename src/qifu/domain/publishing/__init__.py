"""Publishing: what the centre tells everybody. First of all knowledge: questions that were answered well, read by a second person.

actions.py are the only writes, queries.py the only reads for others; overlap.py says how alike two texts are.
"""
