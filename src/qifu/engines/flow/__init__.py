"""The life of a case as data: states, steps, what a step needs and who may take it, and the clocks it starts and stops.

A room writes its flows as values of `Flow`; `advance` is the only way a case moves. Nothing here reads a clock or a database: the moment
is handed in, the calendar and the service hours come in a `Timer`.
"""

from qifu.engines.flow.clocks import Clock, Signal, Timer, extended, is_late, recomputed, signals, started
from qifu.engines.flow.model import Case, Flow, Need, State, Step
from qifu.engines.flow.moves import Impossible, Lacking, Moved, advance, lacking, possible

__all__ = [
    "Case",
    "Clock",
    "Flow",
    "Impossible",
    "Lacking",
    "Moved",
    "Need",
    "Signal",
    "State",
    "Step",
    "Timer",
    "advance",
    "extended",
    "is_late",
    "lacking",
    "possible",
    "recomputed",
    "signals",
    "started",
]
