"""Tables of the case loop. Wording of steps is kept as evidence; here is what is asked of a case again and again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from qifu.kernel.sealed import SealedField

OPEN = Q(is_open=True)


class Category(models.Model):
    """What a need is about; two levels."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    unit = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Promise(models.Model):
    """The time promised for one clock of one kind of case and urgency; the version in force is the latest."""

    kind = models.CharField(max_length=12)
    urgency = models.CharField(max_length=12)
    clock = models.CharField(max_length=12)
    term = models.CharField(max_length=10)  # minutes, workdays (service hours) · wall, days (round the clock)
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "urgency", "clock"], name="promise_one")]


class Appeal(models.Model):
    """One case. Which of the four kinds it is decides its flow."""

    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    is_open = models.BooleanField(default=True)
    resumes = models.CharField(max_length=12, blank=True)
    round = models.PositiveSmallIntegerField(default=1)
    seq = models.PositiveIntegerField(default=0)  # of the last step; guards against acting on an old page
    counts = models.JSONField(default=dict)  # steps taken in this round
    urgency = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(max_length=100)
    body = models.TextField()
    enterprise = models.ForeignKey(
        "registry.Enterprise", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    street = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    building = models.ForeignKey(
        "estate.Building", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    place = models.CharField(max_length=200, blank=True)
    contact = models.BigIntegerField(null=True, blank=True)  # the account that speaks for the enterprise here
    contact_name = models.CharField(max_length=40, blank=True)
    phone = SealedField(blank=True, default="")
    phone_lookup = models.CharField(max_length=64, blank=True, db_index=True)
    phone_tail = models.CharField(max_length=4, blank=True)
    prefers = models.CharField(max_length=12, default="phone")  # how the contact likes to be reached
    is_confidential = models.BooleanField(default=False)
    raised_by = models.CharField(max_length=40)  # Actor.mark
    external = models.CharField(max_length=60, null=True, blank=True)  # the number kept by the system that raised it
    duty_owner = models.BigIntegerField(null=True)  # the person at the centre named on the receipt
    unit = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )  # lead
    handler = models.BigIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=16, blank=True)
    closed_how = models.CharField(max_length=12, blank=True)  # confirmed, silent, withdrawn, declined, settled
    returns = models.PositiveSmallIntegerField(default=0)
    supervised = models.PositiveSmallIntegerField(default=0)  # level of the last written order
    leader = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers")
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    batch = models.JSONField(default=dict, blank=True)  # petition: group or single, batch number, persons, agreed date
    submitted_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)  # the first reply of the first round
    closed_at = models.DateTimeField(null=True)
    burns_at = (
        models.DateTimeField()
    )  # the nearest due time of a running clock, or facts.NEVER: the order of work lists
    # honest figures, each null until known; `first_` against the time first promised
    accept_late = models.BooleanField(null=True)
    dispatch_late = models.BooleanField(null=True)
    reply_late = models.BooleanField(null=True)
    first_reply_late = models.BooleanField(null=True)
    accept_minutes = models.PositiveIntegerField(null=True)  # working minutes used, set once when the clock was met
    dispatch_minutes = models.PositiveIntegerField(null=True)
    reply_minutes = models.PositiveIntegerField(null=True)  # of the first round
    mark_speed = models.PositiveSmallIntegerField(null=True)  # the last rating given, in whatever round
    mark_result = models.PositiveSmallIntegerField(null=True)
    mark_attitude = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [  # each filter of the lists has its own, newest first; work lists hold open cases only
            models.Index(fields=["unit", "burns_at", "id"], name="appeal_unit_open", condition=OPEN),
            models.Index(fields=["state", "burns_at", "id"], name="appeal_state_open", condition=OPEN),
            models.Index(fields=["burns_at", "id"], name="appeal_open", condition=OPEN),
            models.Index(fields=["handler", "burns_at", "id"], name="appeal_handler_open", condition=OPEN),
            models.Index(
                fields=["burns_at", "id"], name="appeal_supervised_open", condition=OPEN & Q(supervised__gt=0)
            ),
            models.Index(fields=["kind", "-id"], name="appeal_kind_new"),
            models.Index(fields=["urgency", "-id"], name="appeal_urgency"),
            models.Index(fields=["outcome", "-id"], name="appeal_outcome"),
            models.Index(fields=["closed_how", "-id"], name="appeal_closed_how"),
            models.Index(fields=["raised_by", "-id"], name="appeal_raised_by"),
            models.Index(fields=["-id"], name="appeal_accept_late", condition=Q(accept_late=True)),
            models.Index(fields=["-id"], name="appeal_dispatch_late", condition=Q(dispatch_late=True)),
            models.Index(fields=["-id"], name="appeal_reply_late", condition=Q(reply_late=True)),
            models.Index(fields=["unit", "-id"], name="appeal_unit"),
            models.Index(fields=["street", "-id"], name="appeal_street"),
            models.Index(fields=["category", "-id"], name="appeal_category"),
            models.Index(fields=["channel", "-id"], name="appeal_channel"),
            models.Index(fields=["state", "-id"], name="appeal_state"),
            models.Index(fields=["enterprise", "-id"], name="appeal_enterprise"),
            models.Index(fields=["contact", "-id"], name="appeal_contact"),
            models.Index(fields=["building", "-id"], name="appeal_building"),
            models.Index(fields=["submitted_at"], name="appeal_submitted"),
            models.Index(fields=["submitted_at", "id"], name="appeal_waiting", condition=OPEN),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["raised_by", "external"], name="appeal_external", condition=Q(external__isnull=False)
            ),
            models.CheckConstraint(name="appeal_not_its_own_leader", condition=~Q(leader=models.F("id"))),
            models.CheckConstraint(
                name="appeal_closed_is_dated", condition=Q(is_open=True) | Q(closed_at__isnull=False)
            ),
        ]

    @property
    def stream(self) -> str:
        """The name of the case's chain of evidence, and of its files."""
        return f"appeals.appeal:{self.pk}"


class Words(models.Model):
    """The words by which a case is found. Beside the case, so that a step does not write them and their index again."""

    appeal = models.OneToOneField(Appeal, primary_key=True, on_delete=models.CASCADE, related_name="words")
    is_open = models.BooleanField(default=True)  # as the case is: what is open has a small index of its own
    tokens = models.TextField(blank=True)


class Clock(models.Model):
    """One promise about one case in one round, as the flow engine keeps it."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="clocks")
    kind = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField()
    term = models.CharField(max_length=10)
    n = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    calendar = models.CharField(max_length=40)
    is_assumed = models.BooleanField(default=False)
    pauses = models.JSONField(default=list)  # [[begin, end or null], …] ISO 8601
    met_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8)  # running, paused, met, stopped
    signal_level = models.PositiveSmallIntegerField(default=0)  # the last level told
    signal_at = models.DateTimeField(null=True)  # when the next level is to be told

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "kind"], name="clock_one_live", condition=Q(status__in=["running", "paused"])
            )
        ]
        indexes = [
            models.Index(fields=["signal_at"], name="clock_signal", condition=Q(status="running")),
            models.Index(fields=["kind", "due_at"], name="clock_due"),
        ]


class Assignment(models.Model):
    """A unit's part in one round of a case: lead or joint."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="assignments")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=5)  # lead, joint
    state = models.CharField(max_length=8, default="open")  # open, answered, waived, returned
    assigned_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    handler = models.BigIntegerField(null=True)
    part = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appeal", "round", "unit"],
                name="assignment_one_open",
                condition=Q(state__in=["open", "answered"]),
            ),
            models.UniqueConstraint(
                fields=["appeal", "round"],
                name="assignment_one_lead",
                condition=Q(role="lead", state__in=["open", "answered"]),
            ),
        ]
        indexes = [models.Index(fields=["unit", "state", "-id"], name="assignment_unit")]


class Extension(models.Model):
    """More time asked for before the deadline, and what the centre said."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="extensions")
    round = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    workdays = models.PositiveSmallIntegerField()
    reason = models.TextField()
    state = models.CharField(max_length=8, default="asked")  # asked, granted, refused
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal"], name="extension_one_open", condition=Q(state="asked")),
        ]


class Rating(models.Model):
    """What the enterprise thought of one round: blind to the unit until figures are drawn."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField()
    account = models.BigIntegerField()
    speed = models.PositiveSmallIntegerField()
    result = models.PositiveSmallIntegerField()
    attitude = models.PositiveSmallIntegerField()
    comment = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["appeal", "round"], name="rating_one_per_round"),
            models.CheckConstraint(
                name="rating_one_to_five",
                condition=Q(speed__range=(1, 5)) & Q(result__range=(1, 5)) & Q(attitude__range=(1, 5)),
            ),
        ]


class FollowUp(models.Model):
    """A telephone call by the centre after the reply: a second record that never overwrites the rating."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="follow_ups")
    round = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, default="due")  # due (drawn by sample), done
    cause = models.CharField(max_length=12)  # sample, withdrawn, low, silent, chosen
    reached = models.BooleanField(null=True)
    result = models.CharField(max_length=12, blank=True)  # solved, partly, unsolved, unreachable
    satisfied = models.BooleanField(null=True)
    comment = models.TextField(blank=True)
    account = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["appeal", "round"], name="follow_up_one_per_round")]
        indexes = [models.Index(fields=["state", "drawn_at"], name="follow_up_state")]


class Order(models.Model):
    """A written order of supervision (督办单), in three levels."""

    number = models.CharField(max_length=20, unique=True)
    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="orders")
    level = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    issued_at = models.DateTimeField()
    issued_by = models.BigIntegerField(null=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="order_level", condition=Q(level__range=(1, 3))),
        ]


class ReplyTemplate(models.Model):
    """A reply that a unit uses often."""

    unit = models.ForeignKey("people.Unit", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    title = models.CharField(max_length=60)
    body = models.TextField()
    used = models.PositiveIntegerField(default=0)


class Suggestion(models.Model):
    """Which unit the learned model proposed for a case, and what was done: the model's own evidence."""

    appeal = models.OneToOneField(Appeal, primary_key=True, on_delete=models.CASCADE, related_name="suggestion")
    model = models.CharField(max_length=40)  # version
    ranked = models.JSONField()  # [[unit, probability, [words]], …], empty when it abstains
    chosen = models.BigIntegerField(null=True)
    at = models.DateTimeField()


class Tally(models.Model):
    """Counts of one month's cases in one cell. `grain` says which dimensions the cell names; the others stand empty.

    Rewritten a month at a time by actions.tallies; never counted up in a step.
    """

    month = models.DateField()  # the first day of the month of submission, Asia/Shanghai
    basis = models.CharField(max_length=12)
    grain = models.CharField(max_length=24)  # names of at most two dimensions, joined by +
    unit = models.BigIntegerField(default=0)  # 0: not dispatched yet, or not a dimension of this grain
    street = models.BigIntegerField(default=0)
    category = models.BigIntegerField(default=0)
    channel = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    total = models.PositiveIntegerField(default=0)
    accept_known = models.PositiveIntegerField(default=0)
    accept_ok = models.PositiveIntegerField(default=0)
    dispatch_known = models.PositiveIntegerField(default=0)
    dispatch_ok = models.PositiveIntegerField(default=0)
    reply_known = models.PositiveIntegerField(default=0)
    reply_ok = models.PositiveIntegerField(default=0)
    promise_known = models.PositiveIntegerField(default=0)
    promise_ok = models.PositiveIntegerField(default=0)
    replied = models.PositiveIntegerField(default=0)
    solved = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    rated = models.PositiveIntegerField(default=0)
    satisfied = models.PositiveIntegerField(default=0)
    speed_sum = models.PositiveIntegerField(default=0)
    result_sum = models.PositiveIntegerField(default=0)
    attitude_sum = models.PositiveIntegerField(default=0)
    finished = models.PositiveIntegerField(default=0)
    first_time = models.PositiveIntegerField(default=0)
    reopened = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)
    dispatched = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    supervised = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    merged = models.PositiveIntegerField(default=0)
    open = models.PositiveIntegerField(default=0)
    overdue = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["basis", "grain", "month", "unit", "street", "category", "channel", "kind"], name="tally_cell"
            )
        ]
        indexes = [models.Index(fields=["month"], name="tally_month")]


class Pace(models.Model):
    """How long the cases of a month or a year took: median and 90th percentile of working minutes, which do not add up."""

    span = models.CharField(max_length=7)  # 2026 or 2026-09
    unit = models.BigIntegerField(default=0)  # 0: all
    clock = models.CharField(max_length=12)  # accept, dispatch, reply
    n = models.PositiveIntegerField()
    median = models.PositiveIntegerField()
    p90 = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["span", "unit", "clock"], name="pace_one")]


class Tallied(models.Model):
    """Up to where the tallies have counted; one row. What only the clock moves (dues, arrivals) is kept beside it."""

    at = models.DateTimeField()
    mark = models.BigIntegerField(default=0)  # new at each run: what was read under it may be kept in memory
    seen = models.BigIntegerField(default=0)  # the newest evidence at the last run
    before = models.BigIntegerField(default=0)  # … at the run before: later ids may have been under way
    paced_at = models.DateTimeField(null=True)  # when the years' percentiles were drawn
    dues = models.JSONField(default=list)  # [[day, unit, n], …] replies falling due
    arrivals = models.JSONField(default=list)  # [[day, n], …] cases of the last eight weeks


class AutoDispatch(models.Model):
    """Whether sure proposals are transferred without a person, and how sure they must be. One row."""

    is_on = models.BooleanField(default=False)
    threshold = models.FloatField(default=0.95)
    set_by = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="auto_dispatch_threshold", condition=Q(threshold__range=(0.5, 1)))]
