"""Who sat where, with nothing but an address, becomes tenancies in rooms; back again as far as an address can say it."""

from __future__ import annotations

from itertools import groupby

from django.db import migrations
from django.db.models.functions import Now


def forwards(apps, schema_editor):
    Premises, Tower, Floor, Room, Tenancy = (
        apps.get_model("estate", name) for name in ("Premises", "Tower", "Floor", "Room", "Tenancy")
    )
    towers, floors, rooms = {}, {}, {}
    made = []
    for row in Premises.objects.order_by("building_id", "tower", "floor", "room", "pk").iterator(2000):
        tower = (row.building_id, row.tower)
        if tower not in towers:
            towers[tower] = Tower.objects.create(building_id=row.building_id, name=row.tower)
        number = row.floor or None  # there is no floor nought
        floor = (*tower, number)
        if floor not in floors:
            floors[floor] = Floor.objects.create(tower=towers[tower], number=number)
        room = (*floor, row.room)
        if row.room and room not in rooms:
            rooms[room] = Room.objects.create(building_id=row.building_id, floor=floors[floor], number=row.room)
        made.append(
            Tenancy(
                enterprise_id=row.enterprise_id,
                building_id=row.building_id,
                floor=floors[floor],
                room=rooms[room] if row.room else None,
                since=row.since,
                until=row.until,
                learnt_at=Now(),
            )
        )
    keyed = sorted((one for one in made if one.room_id), key=lambda one: one.room_id)
    for _, held in groupby(keyed, key=lambda one: one.room_id):
        together = list(held)
        for one in together:
            one.is_shared = len(together) > 1
    Tenancy.objects.bulk_create(made, batch_size=500)


def backwards(apps, schema_editor):
    Premises, Tenancy = apps.get_model("estate", "Premises"), apps.get_model("estate", "Tenancy")
    rows = Tenancy.objects.filter(dropped_at=None, enterprise__isnull=False).select_related("floor__tower", "room")
    made, open_ones = [], set()
    for row in rows.order_by("pk").iterator(2000):
        room = row.room.number if row.room else ""
        key = (row.enterprise_id, row.building_id, row.floor.tower.name, room)
        if row.until is None and key in open_ones:
            continue
        if row.until is None:
            open_ones.add(key)
        made.append(
            Premises(
                enterprise_id=row.enterprise_id, building_id=row.building_id, tower=row.floor.tower.name,
                floor=row.floor.number, room=room, since=row.since, until=row.until,
            )
        )  # fmt: skip
    Premises.objects.bulk_create(made, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("estate", "0005_tenancies")]

    operations = [migrations.RunPython(forwards, backwards)]
