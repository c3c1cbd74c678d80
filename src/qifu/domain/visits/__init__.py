"""Visits: who goes where, when and why; what was said there; and what becomes of it.

A **binding** ties a specialist to an enterprise, a building or a street from then until then, and says by which rule or
by whom it was made, and why. The nearest tie counts: an enterprise's own before its building's before its street's. A
**visit** is one call on one enterprise or one building by one specialist of one office on one day: planned by a rule
(with the sentence of why) or by hand, then under way, done, cancelled or missed (`flow.py`: state × step). What is done
at the door is told in one **report** (times, place, answers to a dated form, who signed, needs, facts, the day to come
back), written on a phone without a network and handed in later: one report is one transaction under one key of the
device, so that sending it twice is the same as once; it names the version of the visit it was written against, so that
a visit moved or cancelled meanwhile is shown beside it instead of being overwritten. Photos and the signature follow,
each under its own key. **Needs** become cases of the appeal loop with their origin (channel 走访, the visit's number as
the outside number), **facts** become proposals to the registry; what the registry refuses is kept with its sentence.

A **plan** is a month for the district or one street, drawn up by dated rules (`rules.py`), looked at, then accepted as
visits. Between all offices stands one calendar: the **diary** of an enterprise is one row that every writer of its
visits locks, so that no firm is called on by more than `rules.OFFICES` offices within seven days, whoever plans at the
same moment. Figures (reach, freshness, usefulness) are declared in `measures.py` and drawn from these rows.

flow.py the life of a visit · access.py who sees and does what · actions/ the only writes · queries/ the only reads.
"""
