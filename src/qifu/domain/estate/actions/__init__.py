"""The only writes of this room: the directory, rooms, who sits where, rounds, mandates, lists of tenants."""

from qifu.domain.estate.actions.directory import BuildingRow, PremisesRow, put_buildings, put_premises, stream_of
from qifu.domain.estate.actions.letting import Letting, correct, end, let, undo
from qifu.domain.estate.actions.lists import enter_list, try_list, undo_list
from qifu.domain.estate.actions.mandates import grant, revoke
from qifu.domain.estate.actions.planning import Line
from qifu.domain.estate.actions.reshaping import Part, reshape, undo_reshape
from qifu.domain.estate.actions.rooms import RoomFacts, RoomRow, change_room, note_export, put_rooms
from qifu.domain.estate.actions.rounds import Said, begin_round, confirm, end_round, note
from qifu.domain.estate.actions.seating import Ending, Seat, end_many, seat_many

__all__ = [
    "BuildingRow",
    "Ending",
    "Letting",
    "Line",
    "Part",
    "PremisesRow",
    "RoomFacts",
    "RoomRow",
    "Said",
    "Seat",
    "begin_round",
    "change_room",
    "confirm",
    "correct",
    "end",
    "end_many",
    "end_round",
    "enter_list",
    "grant",
    "let",
    "note",
    "note_export",
    "put_buildings",
    "put_premises",
    "put_rooms",
    "reshape",
    "revoke",
    "seat_many",
    "stream_of",
    "try_list",
    "undo",
    "undo_list",
    "undo_reshape",
]
