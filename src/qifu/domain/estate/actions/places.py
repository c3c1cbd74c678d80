"""Towers, floors and rooms by their names; those that are not there yet are made together, in few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from qifu.domain.estate.models import Building, Floor, Room, Tower
from qifu.kernel.errors import Invalid

BATCH = 1000
Spot = tuple[int, str, int | None]  # building, tower, floor


@dataclass
class Places:
    """What stands in some buildings."""

    codes: dict[str, int]
    towers: dict[tuple[int, str], int] = field(default_factory=dict)
    floors: dict[Spot, int] = field(default_factory=dict)
    rooms: dict[tuple[int, str], int] = field(default_factory=dict)  # by floor
    ended: dict[tuple[int, str], int | None] = field(default_factory=dict)  # split or joined: the one room it became

    @classmethod
    def of(cls, codes: Iterable[str]) -> Places:
        """Read what stands in the buildings of the codes.

        :raises Invalid: one is not in the directory.
        """
        wanted = set(codes)
        held = dict(Building.objects.filter(code__in=wanted).values_list("code", "pk"))
        if strange := wanted - held.keys():
            raise Invalid(f"楼宇目录中没有编码 {'、'.join(sorted(strange)[:5])}，请先导入楼宇。")
        found = cls(held)
        inside = list(held.values())
        for pk, building, name in Tower.objects.filter(building__in=inside).values_list("pk", "building_id", "name"):
            found.towers[building, name] = pk
        floors = Floor.objects.filter(tower__building__in=inside)
        for pk, building, name, number in floors.values_list("pk", "tower__building_id", "tower__name", "number"):
            found.floors[building, name, number] = pk
        rooms = Room.objects.filter(building__in=inside, until__isnull=True)
        for pk, floor, name in rooms.values_list("pk", "floor_id", "number"):
            found.rooms[floor, name] = pk
        found.ended = {spot: next_ for spot, next_ in became(inside).items() if spot not in found.rooms}
        return found

    def prepare(self, spots: Iterable[tuple[str, str, int | None]]) -> None:
        """Make the towers and floors that are missing, all at once; a spot is code, tower, floor."""
        wanted = {(self.codes[code], tower, number or None) for code, tower, number in spots}
        lacking = sorted({(b, t) for b, t, _ in wanted} - self.towers.keys())
        made = Tower.objects.bulk_create([Tower(building_id=b, name=t) for b, t in lacking], batch_size=BATCH)
        self.towers |= {(one.building_id, one.name): one.pk for one in made}
        missing = sorted(wanted - self.floors.keys(), key=lambda spot: (spot[0], spot[1], spot[2] or 0))
        floors = Floor.objects.bulk_create(
            [Floor(tower_id=self.towers[b, t], number=n) for b, t, n in missing], batch_size=BATCH
        )
        self.floors |= {spot: one.pk for spot, one in zip(missing, floors, strict=True)}

    def furnish(self, rooms: Iterable[tuple[str, str, int | None, str]]) -> None:
        """Make the floors and rooms that are missing, all at once; without an area, which nobody has said."""
        wanted = [spot for spot in dict.fromkeys(rooms) if spot[3]]
        self.prepare(spot[:3] for spot in wanted)
        keys = {
            (self.floors[self.codes[code], tower, floor or None], room): self.codes[code]
            for code, tower, floor, room in wanted
        }
        made = Room.objects.bulk_create(
            [
                Room(building_id=b, floor_id=f, number=n)
                for (f, n), b in keys.items()
                if (f, n) not in self.rooms | self.ended
            ],
            batch_size=BATCH,
        )
        self.rooms |= {(one.floor_id, one.number): one.pk for one in made}

    def at(self, code: str, tower: str, floor: int | None, room: str) -> tuple[int, int | None]:
        """The numbers of floor and room; made if they are not there. Of a room that was split only the floor is known."""
        spot = (self.codes[code], tower, floor or None)
        if spot not in self.floors:
            self.prepare([(code, tower, floor)])
        place = self.floors[spot]
        if (place, room) in self.ended:
            return place, self.ended[place, room]
        if room and (place, room) not in self.rooms:
            self.rooms[place, room] = Room.objects.create(building_id=spot[0], floor_id=place, number=room).pk
        return place, self.rooms[place, room] if room else None


def became(buildings: Collection[int]) -> dict[tuple[int, str], int | None]:
    """By floor and number, the room that one which was joined to others has become; None where it was split."""
    found: dict[tuple[int, str], int | None] = {}
    ended = Room.objects.filter(building__in=buildings, ended_by__isnull=False, ended_by__undone_at=None)
    next_ones = dict[int, list[int]]()
    for step, pk in (
        Room.objects.filter(made_by__ended__in=ended).order_by("pk").distinct().values_list("made_by", "pk")
    ):
        next_ones.setdefault(step or 0, []).append(pk)
    for floor, name, step in ended.order_by("until", "pk").values_list("floor_id", "number", "ended_by"):
        after = next_ones.get(step or 0, [])
        found[floor, name] = after[0] if len(after) == 1 else None
    return found
