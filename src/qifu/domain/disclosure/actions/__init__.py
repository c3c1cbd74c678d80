"""The only writes of the room: examinations of documents; budgets and the ledger have modules of their own."""

from qifu.domain.disclosure.actions.examinations import (
    FORMATS,
    MOST,
    SPOKEN,
    Handed,
    Taken,
    confirm_repairs,
    drop,
    finish,
    hand_in,
    judge_repair,
    read_again,
    refuse,
    take_up,
)

__all__ = [
    "FORMATS",
    "MOST",
    "SPOKEN",
    "Handed",
    "Taken",
    "confirm_repairs",
    "drop",
    "finish",
    "hand_in",
    "judge_repair",
    "read_again",
    "refuse",
    "take_up",
]
