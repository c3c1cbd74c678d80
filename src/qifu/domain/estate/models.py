"""Office buildings floor by floor: towers, floors, rooms, and who sits where, dated twice.

A tenancy says what was true from then until then, and since when and until when it was believed here. What was believed is
never overwritten: a correction ends the belief in one row and begins another, so that any day can be told as it was
and as it was known. `until` is the last day, as a lease says it.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Building(models.Model):
    """An office building of the district."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    aliases = models.JSONField(default=list)  # what people call it
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="buildings")
    road = models.CharField(max_length=80, blank=True, default="")
    number = models.CharField(max_length=40, blank=True, default="")  # of the house
    towers = models.JSONField(default=list)
    floors = models.PositiveSmallIntegerField(null=True, blank=True)  # above ground
    area = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # square metres
    manager = models.CharField(max_length=80, blank=True, default="")  # who runs it
    tokens = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["street", "code"], name="building_street")]

    def __str__(self) -> str:
        return self.name


class Tower(models.Model):
    """A tower of a building; a single block has one without a name."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="blocks")
    name = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["building", "name"], name="tower_once")]

    def __str__(self) -> str:
        return self.name


class Floor(models.Model):
    """A floor of a tower, basements below nought; without a number it holds what is known of no floor."""

    tower = models.ForeignKey(Tower, on_delete=models.PROTECT, related_name="floors")
    number = models.SmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tower", "number"], name="floor_once"),
            models.UniqueConstraint(fields=["tower"], condition=Q(number__isnull=True), name="floor_unknown_once"),
            models.CheckConstraint(name="floor_not_nought", condition=Q(number__isnull=True) | ~Q(number=0)),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Room(models.Model):
    """A room to be let or used as one, as long as it exists in this shape."""

    class Use(models.TextChoices):
        OFFICE = "office", "办公"
        SHOP = "shop", "商铺"
        WORKS = "works", "厂房"
        STORE = "store", "仓储"
        OTHER = "other", "其他"

    class Owner(models.TextChoices):
        OPERATOR = "operator", "运营方自持"
        STATE = "state", "国有"
        FIRM = "firm", "单位业主"
        PERSON = "person", "个人业主"
        UNKNOWN = "", "不详"

    class State(models.TextChoices):
        OFFERED = "offered", "招租"
        FITTING = "fitting", "装修中"
        OWN = "own", "自用"
        HELD = "held", "暂不出租"

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="rooms")
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, related_name="rooms")
    number = models.CharField(max_length=20)
    area = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)  # square metres
    use = models.CharField(max_length=8, choices=Use, default="office")
    owner_kind = models.CharField(max_length=8, choices=Owner, blank=True, default="")
    owner = models.CharField(max_length=80, blank=True, default="")  # of firms only: a person's name is not kept
    state = models.CharField(
        max_length=8, choices=State, default="offered"
    )  # what becomes of it when nobody sits there
    asking = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)  # 元 a square metre and month
    since = models.DateField(null=True, blank=True)  # when it was made in this shape, if known
    until = models.DateField(null=True, blank=True)  # last day before it was split or joined
    made_by = models.ForeignKey(
        "estate.Reshaping", null=True, blank=True, on_delete=models.PROTECT, related_name="made"
    )
    ended_by = models.ForeignKey(
        "estate.Reshaping", null=True, blank=True, on_delete=models.PROTECT, related_name="ended"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["floor", "number"], condition=Q(until__isnull=True), name="room_once"),
            models.CheckConstraint(name="room_area", condition=Q(area__isnull=True) | Q(area__gt=0)),
            models.CheckConstraint(name="room_asking", condition=Q(asking__isnull=True) | Q(asking__gte=0)),
            models.CheckConstraint(name="room_no_person", condition=~Q(owner_kind="person") | Q(owner="")),
            models.CheckConstraint(
                name="room_span", condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since"))
            ),
        ]
        indexes = [models.Index(fields=["building", "number"], name="room_building")]

    @property
    def stream(self) -> str:
        """The name of the room's chain of evidence."""
        return f"estate.room:{self.pk}"

    def __str__(self) -> str:
        return self.number


class Reshaping(models.Model):
    """A room split into several, or several joined into one, from a day on."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="reshapings")
    day = models.DateField()  # the first in the new shape
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.building_id} {self.day}"


class Tenancy(models.Model):
    """Somebody in a room, or on a floor whose room is not known: true from–to, believed from–to."""

    class Place(models.TextChoices):
        HERE = "here", "本楼"
        DISTRICT = "district", "本区他处"
        OUTSIDE = "outside", "区外"
        UNKNOWN = "", "不详"

    key = models.UUIDField(default=uuid.uuid4)  # the same for all that was ever believed of one tenancy
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="tenancies"
    )
    tenant = models.CharField(max_length=120, blank=True, default="")  # as written, while it is not in the registry
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="tenancies")
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT, related_name="tenancies")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="tenancies")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)  # the last day there
    lease_until = models.DateField(null=True, blank=True)  # the last day of the lease in force
    rent = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)  # 元 a square metre and month
    registered_in = models.CharField(max_length=8, choices=Place, blank=True, default="")
    taxed_in = models.CharField(max_length=8, choices=Place, blank=True, default="")
    is_shared = models.BooleanField(default=False)
    learnt_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)  # when this ceased to be believed
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )  # what was believed before
    list = models.ForeignKey(
        "estate.TenantList", null=True, blank=True, on_delete=models.PROTECT, related_name="tenancies"
    )  # from which it was learnt

    COPIED: ClassVar[tuple[str, ...]] = (
        "key", "enterprise_id", "tenant", "building_id", "floor_id", "room_id", "since", "until", "lease_until", "rent",
        "registered_in", "taxed_in", "is_shared",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenancy_span",
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="tenancy_belief", condition=Q(dropped_at__isnull=True) | Q(dropped_at__gte=F("learnt_at"))
            ),
            models.CheckConstraint(name="tenancy_rent", condition=Q(rent__isnull=True) | Q(rent__gte=0)),
            models.UniqueConstraint(fields=["key"], condition=Q(dropped_at__isnull=True), name="tenancy_one_belief"),
        ]
        indexes = [
            models.Index(fields=["room", "dropped_at", "until"], name="tenancy_room"),
            models.Index(fields=["building", "dropped_at", "until"], name="tenancy_building"),
            models.Index(fields=["enterprise", "dropped_at"], name="tenancy_enterprise"),
            models.Index(fields=["key"], name="tenancy_key"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id or self.tenant} @ {self.room_id or self.floor_id}"


class Mandate(models.Model):
    """The right of an account to answer for a building, from then until then."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="mandates")
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="mandates")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["building", "account"], condition=Q(until__isnull=True), name="mandate_open_once"
            ),
            models.CheckConstraint(name="mandate_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.building_id}"


class Round(models.Model):
    """Going through a building: the manager's each half-year, or a specialist's on the spot."""

    class Kind(models.TextChoices):
        HALF = "half", "半年确认"
        SPOT = "spot", "现场核验"

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="rounds")
    kind = models.CharField(max_length=4, choices=Kind)
    half = models.CharField(max_length=6, blank=True, default="")  # 2026H2
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")  # who began it
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["building", "half"], condition=Q(kind="half"), name="round_one_each_half"),
            models.UniqueConstraint(
                fields=["building", "account"],
                condition=Q(kind="spot", ended_at__isnull=True),
                name="round_one_under_way",
            ),
            models.CheckConstraint(
                name="round_half", condition=(Q(kind="half") & ~Q(half="")) | Q(kind="spot", half="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.half} {self.building_id}"


class Finding(models.Model):
    """What a round found: of a tenancy (the manager) or of a room (the specialist)."""

    class Answer(models.TextChoices):
        STAYS = "stays", "仍在"
        MOVED = "moved", "已迁出"
        FITS = "fits", "相符"
        EMPTY = "empty", "空置"
        DIFFERS = "differs", "有出入"

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="findings")
    tenancy = models.UUIDField(null=True, blank=True)  # key of it
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    answer = models.CharField(max_length=8, choices=Answer)
    note = models.CharField(max_length=500, blank=True, default="")
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "tenancy"], condition=Q(tenancy__isnull=False), name="finding_one_each_tenancy"
            ),
            models.UniqueConstraint(
                fields=["round", "room"], condition=Q(tenancy__isnull=True), name="finding_one_each_room"
            ),
            models.CheckConstraint(
                name="finding_of_something", condition=Q(tenancy__isnull=False) | Q(room__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.answer


class TenantList(models.Model):
    """A list of tenants that was handed in: tried first, then entered, and taken back if it was wrong."""

    class State(models.TextChoices):
        TRIED = "tried", "已试算"
        ENTERED = "entered", "已导入"
        UNDONE = "undone", "已撤回"

    name = models.CharField(max_length=200)  # of the file
    digest = models.CharField(max_length=64)  # SHA-256 of what was read
    account = models.ForeignKey("people.Account", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State, default="tried")
    rows = models.JSONField(default=list)  # as read: number, building, room, firm, code, from, to
    fresh = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    rejects = models.JSONField(default=list)  # row number, reason, cells
    handed_at = models.DateTimeField()
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-id"], name="tenant_list_newest")]

    def __str__(self) -> str:
        return self.name
