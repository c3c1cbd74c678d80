"""Entry by staff: a call, a visit, a meeting, a service station, a petition, an errand. What is known is filled in."""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from qifu.domain.appeals.actions.submit import Request, may_enter, submit
from qifu.domain.appeals.flow import words
from qifu.domain.appeals.queries import lists
from qifu.domain.appeals.queries.similar import similar
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.entry.desk.cases.bars import category_choices
from qifu.entry.desk.cases.doors import require_staff
from qifu.entry.theme import needs
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Role
from qifu.kernel.errors import Conflict, Forbidden, Invalid

WAYS = {  # how it came in → kind and channel
    "hotline": ("电话", "appeal", "hotline"),
    "visit": ("走访", "appeal", "visit"),
    "meeting": ("政企座谈", "appeal", "meeting"),
    "station": ("服务站", "appeal", "station"),
    "complaint": ("投诉", "complaint", "hotline"),
    "petition": ("信访", "petition", "visit"),
    "assistance": ("帮代办", "assistance", "station"),
}
ICONS = {
    "hotline": "phone", "visit": "map", "meeting": "people", "station": "home", "complaint": "alert",
    "petition": "chat", "assistance": "clipboard",
}  # fmt: skip


class CaseForm(needs.StepForm):
    """What is written down about a case. Rules live in the room; refusals come back beside the fields."""

    title = forms.CharField(
        label="标题", widget=forms.TextInput({"maxlength": 100, "placeholder": "一句话说清是什么事"})
    )
    body = forms.CharField(
        label="内容",
        widget=forms.Textarea({"rows": 7, "maxlength": 5000}),
        help_text="写清时间、地点、经过和企业希望怎样解决",
    )
    category = forms.ChoiceField(label="分类")
    urgency = forms.ChoiceField(
        label="紧急程度", choices=words.URGENCIES, widget=forms.RadioSelect, initial="normal", required=False
    )
    contact_name = forms.CharField(label="联系人", required=False, widget=forms.TextInput({"maxlength": 40}))
    phone = forms.CharField(
        label="联系电话",
        required=False,
        widget=forms.TextInput({"maxlength": 20, "inputmode": "tel", "data-no-draft": ""}),
    )
    prefers = forms.ChoiceField(label="希望怎样联系", choices=words.PREFERS, required=False)
    place = forms.CharField(
        label="地点", required=False, widget=forms.TextInput({"maxlength": 200, "placeholder": "街道、楼宇、房号"})
    )
    street = forms.ChoiceField(label="所在街道", required=False, help_text="选了企业可以不选")
    is_confidential = forms.BooleanField(
        label="企业要求保密", required=False, help_text="承办单位看不到是哪家企业、谁联系"
    )
    previous = forms.CharField(
        label="关联的原事项",
        required=False,
        widget=forms.TextInput({"maxlength": 20, "placeholder": "原受理编号，没有不填"}),
    )


class PetitionForm(CaseForm):
    """A petition also says who came, for which time, and when an answer was agreed."""

    party = forms.ChoiceField(label="来访形式", choices=words.PARTIES, widget=forms.RadioSelect)
    persons = forms.CharField(label="来访人数", widget=forms.NumberInput({"min": 1, "max": 9999}))
    batch = forms.CharField(
        label="批次", required=False, widget=forms.TextInput({"maxlength": 40}), help_text="同一事由第几批"
    )
    agreed = forms.CharField(
        label="约定答复日期",
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text="填了就按这一天计算期限",
    )


@require_http_methods(["GET", "POST"])
def new(incoming: HttpRequest) -> HttpResponse:
    """Write down a case that came by voice or by paper."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    if not may_enter(request.actor):
        raise Forbidden("您的岗位只查看、不登记事项。需要登记的，请联系中心调度员或承办单位。")
    way = request.GET.get("way", "")
    way = way if way in _ways(request) else _ways(request)[0]
    if request.method == "GET":
        return _page(request, way, _form(way, None))
    kept, problem = needs.uploads(request.POST, request.FILES, "files", actor=request.actor, now=request.now)
    try:
        if problem:
            raise Invalid(problem, {"files": problem})
        key = request.POST.get("idempotency_key", "")[:100]
        wanted = _request(request, way, [file.id for file in kept])
        made = submit(actor=request.actor, now=request.now, request=wanted, key=key)
    except (Invalid, Conflict) as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {}
        form = _form(way, request, fields or {"": refusal.message}, kept)
        return _page(request, way, form, refusal.status)
    messages.success(request, f"已登记，受理编号 {made.number}。")
    return redirect("desk:case", made.number)


@require_GET
def firms(incoming: HttpRequest) -> HttpResponse:
    """Enterprises for somebody who is typing."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    q = request.GET.get("firm", "").strip()[:60]
    found = registry.suggest(request.actor, q) if len(q) > 1 else ()
    return render(request, "cases/_firms.html", {"firms": found, "q": q, "is_asked": len(q) > 1})


@require_GET
def still_open(incoming: HttpRequest) -> HttpResponse:
    """What is like it, and what is under way for the enterprise already, so that nothing is entered twice."""
    request = cast(PersonRequest, incoming)
    require_staff(request.actor)
    enterprise, title = _whole(request.GET.get("enterprise", "")), request.GET.get("title", "").strip()[:100]
    near = similar(actor=request.actor, now=request.now, text=title, enterprise=enterprise) if len(title) > 3 else []
    lines = []
    if enterprise is not None:
        filters = lists.Filters(enterprise=enterprise, order="newest")
        page = lists.page(actor=request.actor, now=request.now, filters=filters, size=8, with_count=False)
        lines = page.lines
    return render(request, "cases/_open.html", {"lines": lines, "found": near, "enterprise": enterprise})


def _ways(request: PersonRequest) -> list[str]:
    """How cases can come in here: petitions are the centre's."""
    centre = any(p.unit_kind == "centre" and p.role in (Role.DISPATCHER, Role.SUPERVISOR) for p in request.actor.posts)
    return [way for way in WAYS if centre or way != "petition"]


def _form(
    way: str,
    request: PersonRequest | None,
    problems: dict[str, str] | None = None,
    kept: list[needs.Kept] | None = None,
) -> CaseForm:
    made = PetitionForm if way == "petition" else CaseForm
    form = made(request.POST if request else None, problems=problems, kept=kept or ())
    form.fields["files"] = needs.files_field()
    looks = {
        "hx-get": reverse("desk:still_open"),
        "hx-trigger": "input changed delay:600ms",
        "hx-target": "#open-cases",
    }
    form.fields["title"].widget.attrs.update({**looks, "hx-include": "#firms"})
    streets = [(str(unit.id), unit.name) for unit in people.units("street")]
    cast(forms.ChoiceField, form.fields["category"]).choices = [("", "请选择"), *category_choices("code")]
    cast(forms.ChoiceField, form.fields["street"]).choices = [("", "不选"), *streets]
    return form


def _page(request: PersonRequest, way: str, form: CaseForm, status: int = 200) -> HttpResponse:
    given = request.POST.get("enterprise", "") or request.GET.get("enterprise", "")
    chosen = registry.brief([int(given)]).get(int(given)) if given.isdecimal() and len(given) < 19 else None
    context = {
        "form": form,
        "way": way,
        "label": WAYS[way][0],
        "ways": [(name, WAYS[name][0], ICONS[name]) for name in _ways(request)],
        "chosen": chosen,
        "firm": request.POST.get("firm", ""),
    }
    return render(request, "cases/new.html", context, status=status)


def _request(request: PersonRequest, way: str, files: list[int]) -> Request:
    post, (_, kind, channel) = request.POST, WAYS[way]
    batch: dict[str, object] = {}
    if kind == "petition":
        persons = post.get("persons", "")
        batch = {
            "party": post.get("party", ""),
            "persons": int(persons) if persons.isdecimal() and len(persons) < 6 else persons,
            "batch": post.get("batch", "")[:40],
            "agreed": post.get("agreed", ""),
        }
    return Request(
        title=post.get("title", ""),
        body=post.get("body", "").replace("\r\n", "\n"),
        category=post.get("category", ""),
        kind=kind,
        channel=channel,
        urgency=post.get("urgency", "") or "normal",
        enterprise=_whole(post.get("enterprise", "")),
        street=_whole(post.get("street", "")),
        place=post.get("place", ""),
        contact_name=post.get("contact_name", "").strip(),
        phone=post.get("phone", "").replace(" ", ""),
        prefers=post.get("prefers", "") or "phone",
        is_confidential="is_confidential" in post,
        previous=post.get("previous", "").strip().upper(),
        batch=batch,
        files=files,
    )


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
