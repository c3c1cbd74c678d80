"""Who the enterprises are: identity, earlier names, dated marks; lists that were loaded; who may speak for whom.

The enterprise row stays slim: what other rooms know of an enterprise stands in their own tables and points here.
The telephone is sealed; `tokens` is what the row is found by (names, initials in pinyin, credit code).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from qifu.kernel.sealed import SealedField


class Enterprise(models.Model):
    """A market entity, known by its credit code; an old one may have none."""

    class Status(models.TextChoices):
        OPEN = "open", "存续"
        REVOKED = "revoked", "吊销"
        CANCELLED = "cancelled", "注销"

    class Size(models.TextChoices):
        LARGE = "large", "大型"
        MEDIUM = "medium", "中型"
        SMALL = "small", "小型"
        MICRO = "micro", "微型"

    uscc = models.CharField(max_length=18, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120)
    initials = models.CharField(max_length=120, blank=True, default="")  # of the name in pinyin, lower case
    industry = models.CharField(max_length=5, blank=True, default="")  # section letter and 2–4 digits: I6510
    street = models.ForeignKey(
        "people.Unit", null=True, blank=True, on_delete=models.PROTECT, related_name="enterprises"
    )
    legal_form = models.CharField(max_length=40, blank=True, default="")
    size_class = models.CharField(max_length=6, blank=True, default="")
    registered_on = models.DateField(null=True, blank=True)
    registered_capital = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)  # 万元
    employees = models.PositiveIntegerField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True, default="")  # as written; rooms of buildings: estate
    status = models.CharField(max_length=9, default="open")
    phone = SealedField(blank=True, default="")
    phone_lookup = models.CharField(max_length=64, blank=True, default="")
    tokens = models.TextField(blank=True, default="")
    merged_into = models.ForeignKey(  # found to be the same enterprise; its rows and cases count there
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    entered_by = models.ForeignKey(  # the load that made it
        "registry.Load", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enterprise_not_into_itself",
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")),
            ),
            models.CheckConstraint(name="enterprise_status", condition=Q(status__in=["open", "revoked", "cancelled"])),
            models.CheckConstraint(
                name="enterprise_size", condition=Q(size_class__in=["", "large", "medium", "small", "micro"])
            ),
            models.CheckConstraint(name="enterprise_uscc_not_blank", condition=~Q(uscc="")),
            models.UniqueConstraint(
                fields=["name"], condition=Q(uscc__isnull=True), name="enterprise_name_without_uscc"
            ),
        ]
        indexes = [
            models.Index(fields=["name"], name="enterprise_name"),
            models.Index(fields=["initials", "id"], name="enterprise_initials"),
            models.Index(fields=["street", "id"], name="enterprise_street"),
            models.Index(fields=["industry", "id"], name="enterprise_industry"),
            models.Index(fields=["size_class", "id"], name="enterprise_size_id"),
            models.Index(  # small, for few enterprises differ in all of these: counts need not read the rows
                fields=["street", "size_class", "status", "industry"],
                name="enterprise_divided",
                condition=Q(merged_into__isnull=True),
            ),
            models.Index(  # the same for those that bear a mark
                fields=["id", "street", "size_class", "status", "industry"],
                name="enterprise_shape",
                condition=Q(merged_into__isnull=True),
            ),
            models.Index(fields=["phone_lookup"], name="enterprise_phone", condition=~Q(phone_lookup="")),
            models.Index(fields=["merged_into"], name="enterprise_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["entered_by"], name="enterprise_entered", condition=Q(entered_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class FormerName(models.Model):
    """A name that the enterprise bore until then."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=120)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enterprise", "name"], name="former_name_once")]

    def __str__(self) -> str:
        return self.name


class Mark(models.Model):
    """A standing that the enterprise holds from then until then, and who says so."""

    class Kind(models.TextChoices):
        KEY = "key", "重点企业"
        ABOVE_SCALE = "above_scale", "四上企业"
        HIGH_TECH = "high_tech", "高新技术企业"
        SPECIALISED = "specialised", "专精特新"
        LITTLE_GIANT = "little_giant", "专精特新“小巨人”"
        TECH_SME = "tech_sme", "科技型中小企业"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=16)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind"], condition=Q(until__isnull=True), name="mark_open_once"
            ),
            models.CheckConstraint(name="mark_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
        ]
        indexes = [models.Index(fields=["kind", "enterprise"], name="mark_kind_open", condition=Q(until__isnull=True))]

    def __str__(self) -> str:
        return self.kind


class Load(models.Model):
    """One list being read into the registry: how far it got, and what came of it."""

    class State(models.TextChoices):
        DRAFT = "draft", "待核对"
        CHECKING = "checking", "试算中"
        CHECKED = "checked", "已试算"
        RUNNING = "running", "导入中"
        PAUSED = "paused", "已暂停"
        DONE = "done", "已完成"
        FAILED = "failed", "未能完成"
        CANCELLED = "cancelled", "已取消"
        UNDOING = "undoing", "撤销中"
        UNDONE = "undone", "已撤销"

    name = models.CharField(max_length=200)  # of the file
    source = models.ForeignKey(  # whose list it is; without one, what it says is written into the registry as it stands
        "registry.Source", null=True, blank=True, on_delete=models.PROTECT, related_name="loads", db_index=False
    )
    as_of = models.DateField(null=True, blank=True)  # the day of which the list speaks
    is_complete = models.BooleanField(default=False)  # who is not on it is on the source's list no more
    digest = models.CharField(max_length=64)  # SHA-256 of the file
    file = models.ForeignKey("files.StoredFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    headings = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)  # field → column number, from 0
    state = models.CharField(max_length=9, default="draft")
    is_dry = models.BooleanField(default=True)  # the figures are those of a dry run
    rows = models.PositiveIntegerField(default=0)  # of data in the file
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    noted = models.PositiveIntegerField(default=0)  # rows used though some cell of theirs was left out
    rows_new = models.PositiveIntegerField(default=0)  # of the source, against what it said before
    rows_changed = models.PositiveIntegerField(default=0)
    rows_same = models.PositiveIntegerField(default=0)
    rows_gone = models.PositiveIntegerField(default=0)
    linked = models.PositiveIntegerField(default=0)  # rows without a code that were found to be a known enterprise
    doubtful = models.PositiveIntegerField(default=0)  # rows without a code that a person has to look at
    undone = models.PositiveIntegerField(default=0)  # rows taken back so far
    last_row = models.PositiveIntegerField(default=0)  # of the file, the last one committed
    samples = models.JSONField(default=list)  # the first changes: row, name, what becomes what
    problem = models.CharField(max_length=300, blank=True, default="")
    started_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="load_state",
                condition=Q(
                    state__in=[
                        "draft",
                        "checking",
                        "checked",
                        "running",
                        "paused",
                        "done",
                        "failed",
                        "cancelled",
                        "undoing",
                        "undone",
                    ]
                ),
            )
        ]
        indexes = [
            models.Index(fields=["digest", "state"], name="load_digest"),
            models.Index(fields=["source", "id"], name="load_source", condition=Q(source__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def state_label(self) -> str:
        return str(Load.State(self.state).label)


class Reject(models.Model):
    """A row that could not be used, and why; or, as a note, one that was used without some cell of it."""

    load = models.ForeignKey(Load, on_delete=models.CASCADE, related_name="rejects")
    row_number = models.PositiveIntegerField()  # as the person sees it in the file
    reason = models.CharField(max_length=600)
    raw = models.JSONField(default=list)
    is_note = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["load", "row_number"], name="reject_once")]

    def __str__(self) -> str:
        return f"{self.row_number}: {self.reason}"


class Certification(models.Model):
    """Somebody's claim to speak for an enterprise, with proof, reviewed by the staff."""

    class State(models.TextChoices):
        PENDING = "pending", "待审核"
        APPROVED = "approved", "已通过"
        REFUSED = "refused", "未通过"
        WITHDRAWN = "withdrawn", "已撤回"

    class Role(models.TextChoices):
        OWNER = "owner", "负责人"
        AGENT = "agent", "经办人"

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="certifications")
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="certifications"
    )
    uscc = models.CharField(max_length=18)  # as typed, checked
    enterprise_name = models.CharField(max_length=120)
    person = models.CharField(max_length=40)
    role = models.CharField(max_length=5)
    state = models.CharField(max_length=9, default="pending")
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey("people.Account", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="certification_state",
                condition=Q(state__in=["pending", "approved", "refused", "withdrawn"]),
            ),
            models.CheckConstraint(name="certification_role", condition=Q(role__in=["owner", "agent"])),
            models.UniqueConstraint(
                fields=["account", "uscc"], condition=Q(state="pending"), name="certification_pending_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "filed_at", "id"], name="certification_queue")]

    def __str__(self) -> str:
        return f"{self.person} {self.uscc}"


class Agency(models.Model):
    """The right of an account to speak for an enterprise, from then until then."""

    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="agencies")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="agencies")
    role = models.CharField(max_length=5)
    person = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="agency_role", condition=Q(role__in=["owner", "agent"])),
            models.UniqueConstraint(
                fields=["account", "enterprise"], condition=Q(until__isnull=True), name="agency_open_once"
            ),
            models.CheckConstraint(name="agency_span", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.enterprise_id}"


class Invitation(models.Model):
    """An owner asks a colleague, known by telephone, to act for the enterprise too."""

    class State(models.TextChoices):
        PENDING = "pending", "待接受"
        ACCEPTED = "accepted", "已接受"
        WITHDRAWN = "withdrawn", "已撤回"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=5)
    person = models.CharField(max_length=40)
    phone = SealedField()
    phone_lookup = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=9, default="pending")
    invited_by = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_state", condition=Q(state__in=["pending", "accepted", "withdrawn"])
            ),
            models.CheckConstraint(name="invitation_role", condition=Q(role__in=["owner", "agent"])),
            models.UniqueConstraint(
                fields=["enterprise", "phone_lookup"],
                condition=Q(state="pending"),
                name="invitation_pending_once",
            ),
        ]
        indexes = [models.Index(fields=["phone_lookup", "state"], name="invitation_phone")]

    def __str__(self) -> str:
        return f"{self.person} → {self.enterprise_id}"
