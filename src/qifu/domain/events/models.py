"""Tables of events and venues. Integrity stands in the database: places, overlaps, one code a person, one check-in."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Venue(models.Model):
    """A room that can be booked."""

    name = models.CharField(max_length=60, unique=True)
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    address = models.CharField(max_length=120)
    seats = models.PositiveIntegerField()
    equipment = models.JSONField(default=list)  # words: 投影, 音响 …
    opens = models.TimeField()
    closes = models.TimeField()
    weekdays = models.CharField(max_length=7, default="12345")  # 1 Monday … 7 Sunday
    rules = models.CharField(max_length=500, blank=True, default="")
    longest = models.PositiveSmallIntegerField(default=8)  # hours of one booking
    ahead = models.PositiveSmallIntegerField(default=60)  # days in which it can be booked
    needs_approval = models.BooleanField(default=True)
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="venue_seats", condition=Q(seats__gt=0)),
            models.CheckConstraint(name="venue_opening", condition=Q(closes__gt=F("opens"))),
        ]

    @property
    def stream(self) -> str:
        return f"events.venue:{self.pk}"

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One occasion."""

    class Kind(models.TextChoices):
        COURSE = "course", "培训"
        PITCH = "pitch", "路演"
        FAIR = "fair", "招聘会"
        BANK = "bank", "银企对接"
        CAMPUS = "campus", "校园招聘"
        SALON = "salon", "沙龙"
        BRIEFING = "briefing", "政策宣讲"
        OTHER = "other", "其他"

    class Audience(models.TextChoices):
        ALL = "all", "全部企业"
        SEGMENT = "segment", "企业分群"
        POLICY = "policy", "符合政策的企业"

    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind)
    summary = models.TextField(max_length=4000)
    host = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    street = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True, default="")  # where it is not a venue of ours
    venue = models.ForeignKey(Venue, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    opens = models.DateTimeField()  # registration, from then
    closes = models.DateTimeField()  # until then
    places = models.PositiveIntegerField(null=True, blank=True)  # None: as many as come
    taken = models.PositiveIntegerField(default=0)  # registered, attended or missed
    queue_most = models.PositiveIntegerField(default=0)  # how many may wait
    waiting = models.PositiveIntegerField(default=0)
    each_most = models.PositiveSmallIntegerField(default=3)  # people of one enterprise
    audience = models.CharField(max_length=7, choices=Audience, default="all")
    audience_of = models.JSONField(default=dict)  # filters of the segment, or the code of the policy
    audience_label = models.CharField(max_length=120, blank=True, default="")
    budget = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # 元
    cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)  # 元
    state = models.CharField(max_length=9, default="draft")
    reason = models.CharField(max_length=300, blank=True, default="")  # why it was cancelled
    reminded_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # for opinions
    tokens = models.TextField(blank=True, default="")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_state", condition=Q(state__in=["draft", "published", "closed", "held", "cancelled"])
            ),
            models.CheckConstraint(name="event_span", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="event_window", condition=Q(closes__gt=F("opens"))),
            models.CheckConstraint(
                name="event_not_overbooked", condition=Q(places__isnull=True) | Q(taken__lte=F("places"))
            ),
            models.CheckConstraint(name="event_queue", condition=Q(waiting__lte=F("queue_most"))),
            models.CheckConstraint(name="event_budget", condition=Q(budget__isnull=True) | Q(budget__gte=0)),
            models.CheckConstraint(name="event_cost", condition=Q(cost__isnull=True) | Q(cost__gte=0)),
            models.CheckConstraint(name="event_off_for_a_reason", condition=~Q(state="cancelled") | ~Q(reason="")),
        ]
        indexes = [
            models.Index(fields=["starts", "id"], name="event_starts"),
            models.Index(fields=["state", "starts", "id"], name="event_state_starts"),
            models.Index(fields=["host", "starts", "id"], name="event_host_starts"),
        ]

    @property
    def stream(self) -> str:
        return f"events.event:{self.pk}"

    def __str__(self) -> str:
        return self.title


class Booking(models.Model):
    """A stretch of time in a room."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="bookings", db_index=False)
    event = models.ForeignKey(Event, null=True, blank=True, on_delete=models.PROTECT, related_name="bookings")
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="bookings"
    )
    unit = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    purpose = models.CharField(max_length=120)
    people = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, default="asked")
    reason = models.CharField(max_length=300, blank=True, default="")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="booking_state",
                condition=Q(state__in=["asked", "approved", "used", "missed", "refused", "cancelled"]),
            ),
            models.CheckConstraint(name="booking_span", condition=Q(ends__gt=F("starts"))),
            models.CheckConstraint(name="booking_people", condition=Q(people__gt=0)),
            models.UniqueConstraint(
                fields=["event"], condition=Q(state__in=["asked", "approved", "used"]), name="booking_one_an_event"
            ),
        ]
        indexes = [models.Index(fields=["venue", "starts"], name="booking_venue_starts")]

    @property
    def stream(self) -> str:
        return f"events.venue:{self.venue_id}"

    def __str__(self) -> str:
        return f"{self.venue_id} {self.starts}"


class Invitation(models.Model):
    """An enterprise that was told of an event."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="invitations", db_index=False)
    enterprise = models.ForeignKey("registry.Enterprise", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "enterprise"], name="invited_once")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.enterprise_id}"


class Registration(models.Model):
    """Somebody who comes, or would like to."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="registrations", db_index=False)
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    firm = models.CharField(max_length=120, blank=True, default="")  # as written, of who speaks for no enterprise here
    account = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    person = models.CharField(max_length=40)
    phone_sealed = models.TextField()
    phone_lookup = models.CharField(max_length=64)
    code = models.CharField(max_length=12, unique=True)  # of the ticket
    state = models.CharField(max_length=10, default="registered")
    at = models.DateTimeField()
    moved_up_at = models.DateTimeField(null=True, blank=True)  # from the waiting list
    gone_at = models.DateTimeField(null=True, blank=True)  # cancelled

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="registration_state",
                condition=Q(state__in=["registered", "waiting", "cancelled", "attended", "no_show"]),
            ),
            models.UniqueConstraint(
                fields=["event", "phone_lookup"], condition=~Q(state="cancelled"), name="registered_once"
            ),
            models.CheckConstraint(
                name="registration_of_some_firm", condition=Q(enterprise__isnull=False) | ~Q(firm="")
            ),
        ]
        indexes = [
            models.Index(fields=["event", "state", "id"], name="registration_event"),
            models.Index(fields=["account", "id"], name="registration_account"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.code}"


class CheckIn(models.Model):
    """What came from the door, each once under the key that the device gave it."""

    class How(models.TextChoices):
        SCAN = "scan", "扫码"
        CODE = "code", "输入票码"
        NAME = "name", "按姓名"

    registration = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="checks")
    key = models.CharField(max_length=64, unique=True)
    how = models.CharField(max_length=4, choices=How)
    at = models.DateTimeField()  # as the device tells it
    received_at = models.DateTimeField()
    by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_offline = models.BooleanField(default=False)
    is_double = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"], condition=Q(is_double=False, undone_at__isnull=True), name="checked_in_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Opinion(models.Model):
    """What somebody who was there thought of it, in stars."""

    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="opinion")
    content = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField()  # how well it was organised
    use = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="opinion_stars",
                condition=Q(content__range=(1, 5), order__range=(1, 5), use__range=(1, 5)),
            ),
            models.CheckConstraint(name="opinion_total", condition=Q(total=F("content") + F("order") + F("use"))),
        ]

    def __str__(self) -> str:
        return str(self.registration_id)


class Coverage(models.Model):
    """What the press wrote."""

    class Level(models.TextChoices):
        DISTRICT = "district", "区级"
        CITY = "city", "市级"
        PROVINCE = "province", "省级"
        NATION = "nation", "国家级"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="coverage")
    title = models.CharField(max_length=120)
    outlet = models.CharField(max_length=40)
    level = models.CharField(max_length=8, choices=Level)
    url = models.URLField(max_length=300, blank=True, default="")
    day = models.DateField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["event", "outlet", "title"], condition=Q(dropped_at__isnull=True), name="coverage_once"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Material(models.Model):
    """A file for those who were there, or the address of a recording."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="materials")
    title = models.CharField(max_length=80)
    url = models.URLField(max_length=300, blank=True, default="")
    file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="material_one_thing",
                condition=(Q(url="") & Q(file__isnull=False)) | (~Q(url="") & Q(file__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return self.title
