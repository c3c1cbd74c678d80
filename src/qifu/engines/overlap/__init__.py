"""Whether the same thing is asked for twice: by one firm, by firms that belong together, with one invoice, for one person.

    from qifu.engines.overlap import Claim, found
    found(claims)[0].ties        # what two of them share, what each of it weighs, in a person's words

Points decide only who looks first; a person decides. Rules, weights and measured figures: docs/rules/overlap.md.
"""

from .finding import found, keys, of_one
from .model import ALARM, HINT, Claim, Overlap, Tie

__all__ = ["ALARM", "HINT", "Claim", "Overlap", "Tie", "found", "keys", "of_one"]
