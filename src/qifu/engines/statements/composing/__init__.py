"""A disclosure composed from the books of a year: statements, explanations, and from which rows each printed figure comes.

    made = compose(books, wording)
    made.model, made.needs, made.origins

Nothing here reads or writes: the books come as `Held` sums, and an origin says which of their rows a figure adds up.
"""

from .books import MONEYS, Books, Held, Term
from .origins import Origin, origins
from .tables import Made, statements
from .telling import Given, Need, told

__all__ = ["MONEYS", "Books", "Given", "Held", "Made", "Need", "Origin", "Term", "origins", "statements", "told"]
