"""Appeals: one case loop for appeal, complaint, petition and assistance.

flow.py says what a case's life is, access.py who may take part, actions/ are the only writes, queries/ the only reads for others.
The history of a case is its evidence (stream `appeals.appeal:<id>`); the row is the fold of that history.
"""
