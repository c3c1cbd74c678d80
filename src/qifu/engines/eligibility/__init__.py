"""Who fits which policy item, and why: conditions compiled once, asked of one enterprise or of a city.

    from qifu.engines.eligibility import Reading, compile_policies, facts, read_policies

    library = compile_policies(read_policies(json.load(file)))
    reading = Reading(library, facts({"employees": 120, "high_tech": True}, on), on)
    reading.result(0)                 # eligible, unknown or ineligible
    reading.explain(0).missing        # the fields that keep it unknown

In bulk: `match(library, Table(rows, columns), on)` gives two bits for every pair; `Finder` lists them with what is
missing. `nearest` finds the smallest changes that would make an enterprise eligible; `sql` says the same in SQL.
`amount` works out what an item pays, `best_bundle` which items to take together.
Limits and worked examples: docs/rules/eligibility.md.
"""

from . import sql
from .amounts import Amount, Formula, amount, read_formula
from .bulk import CHUNK, Matrix, Worker, counted, match, plan
from .bundles import Bundle, Ceiling, Choice, Crossed, Item, best_bundle
from .columns import Column, Flags, Numbers, Table, Words, column, flags, months_until, numbers, words
from .conditions import MOST_DEEP, Doubled, Node, Refused, parse, shown
from .fields import Change, Field, catalogue
from .findings import Finder, Finding
from .nearest import Move, Nearest, nearest
from .policies import Policy, misfits, read_policies, read_policy
from .programs import Compiler, Library, compile_policies
from .single import Explanation, Line, Reading, Result, deciding, judge
from .values import Facts, Unreadable, facts, is_listed, read, with_age

__all__ = [
    "CHUNK",
    "MOST_DEEP",
    "Amount",
    "Bundle",
    "Ceiling",
    "Change",
    "Choice",
    "Column",
    "Compiler",
    "Crossed",
    "Doubled",
    "Explanation",
    "Facts",
    "Field",
    "Finder",
    "Finding",
    "Flags",
    "Formula",
    "Item",
    "Library",
    "Line",
    "Matrix",
    "Move",
    "Nearest",
    "Node",
    "Numbers",
    "Policy",
    "Reading",
    "Refused",
    "Result",
    "Table",
    "Unreadable",
    "Words",
    "Worker",
    "amount",
    "best_bundle",
    "catalogue",
    "column",
    "compile_policies",
    "counted",
    "deciding",
    "facts",
    "flags",
    "is_listed",
    "judge",
    "match",
    "misfits",
    "months_until",
    "nearest",
    "numbers",
    "parse",
    "plan",
    "read",
    "read_formula",
    "read_policies",
    "read_policy",
    "shown",
    "sql",
    "with_age",
    "words",
]
