"""The only writes of this room. Each: door, lock, write, evidence, outbox; a refusal has written nothing."""

from qifu.domain.registry.actions.asking import note_asking
from qifu.domain.registry.actions.certifying import (
    approve_certification,
    file_certification,
    refuse_certification,
    withdraw_certification,
)
from qifu.domain.registry.actions.colleagues import accept_invitation, invite, remove_colleague, withdraw_invitation
from qifu.domain.registry.actions.correcting import (
    accept_correction,
    may_correct,
    propose_correction,
    refuse_correction,
    withdraw_correction,
)
from qifu.domain.registry.actions.exporting import note_export, require_exporter
from qifu.domain.registry.actions.greeting import close_greeting, greet
from qifu.domain.registry.actions.loading import begin_check, begin_run, cancel, carry_on, fail, open_load, pause
from qifu.domain.registry.actions.merging import merge_enterprises, split_off, undo_merge
from qifu.domain.registry.actions.pairing import decide_pairing, reopen_pairing
from qifu.domain.registry.actions.phones import reveal_phone
from qifu.domain.registry.actions.restanding import restand
from qifu.domain.registry.actions.segmenting import change_segment, drop_segment, keep_segment
from qifu.domain.registry.actions.sources import change_source, enter_known_sources
from qifu.domain.registry.actions.stating import Stated, may_state, state_fact
from qifu.domain.registry.actions.undoing import begin_undo, carry_on_undo, undo_load

__all__ = [
    "Stated",
    "accept_correction",
    "accept_invitation",
    "approve_certification",
    "begin_check",
    "begin_run",
    "begin_undo",
    "cancel",
    "carry_on",
    "carry_on_undo",
    "change_segment",
    "change_source",
    "close_greeting",
    "decide_pairing",
    "drop_segment",
    "enter_known_sources",
    "fail",
    "file_certification",
    "greet",
    "invite",
    "keep_segment",
    "may_correct",
    "may_state",
    "merge_enterprises",
    "note_asking",
    "note_export",
    "open_load",
    "pause",
    "propose_correction",
    "refuse_certification",
    "refuse_correction",
    "remove_colleague",
    "reopen_pairing",
    "require_exporter",
    "restand",
    "reveal_phone",
    "split_off",
    "state_fact",
    "undo_load",
    "undo_merge",
    "withdraw_certification",
    "withdraw_correction",
    "withdraw_invitation",
]
