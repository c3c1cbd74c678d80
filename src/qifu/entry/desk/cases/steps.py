"""The steps that a person can take on a case, each as a form, and where on the page it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from qifu.domain.appeals import numbers
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.appeals.queries.sheet import Sheet
from qifu.domain.appeals.queries.suggest import advice
from qifu.domain.people import queries as people
from qifu.engines.flow import Step
from qifu.entry.desk.cases.bars import category_choices, unit_choices
from qifu.entry.theme import needs
from qifu.kernel.errors import Missing

PRIMARY = {  # state → the steps that stand open, the first that the person may take leading
    "submitted": ("accept", "dispatch"),
    "accepted": ("dispatch", "appoint"),
    "dispatched": ("sign",),
    "working": ("reply", "finish", "findings", "part", "progress"),
    "settling": ("settle",),
    "disputed": ("rule",),
    "asking": ("go_on",),
    "replied": ("conclude", "follow_up"),
}
ELSEWHERE = {"grant": "extension", "refuse_extension": "extension", "answer_order": "order"}  # beside what they answer
GRAVE = ("decline", "return", "withdraw", "waive")
KINDS = {letters: kind for kind, letters in numbers.LETTERS.items()}
REPLIES = ("reply", "settle", "finish")


@dataclass(frozen=True, slots=True)
class StepView:
    """One step with its form."""

    step: Step
    form: needs.StepForm
    url: str
    place: str  # primary, more, extension, order
    is_open: bool
    is_grave: bool
    takes_template: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that was sent and refused, to be shown again as it was."""

    step: str
    post: QueryDict
    problems: Mapping[str, str]
    sent: needs.Sent


def step_of(number: str, name: str) -> Step:
    """The step of this name in the flow that the number belongs to.

    :raises Missing: there is none.
    """
    flow = FLOWS.get(KINDS.get(number[:2], ""))
    step = flow.steps.get(name) if flow else None
    if step is None:
        raise Missing("没有这一步。请返回事项页重新操作。")
    return step


def views(sheet: Sheet, now: datetime, refused: Refused | None = None) -> list[StepView]:
    """Every step that the person can take, in the order of the flow."""
    first = _first(sheet)
    waits = any(part.role == "joint" and part.state == "open" for part in sheet.parts)
    offered = [step for step in sheet.steps if step.name != "waive" or waits]
    return [_view(step, sheet, now, first, refused) for step in offered]


def _first(sheet: Sheet) -> str:
    names = {step.name for step in sheet.steps}
    return next((name for name in PRIMARY.get(sheet.line.state, ()) if name in names), "")


def _view(step: Step, sheet: Sheet, now: datetime, first: str, refused: Refused | None) -> StepView:
    was = refused if refused is not None and refused.step == step.name else None
    place = ELSEWHERE.get(step.name) or ("primary" if step.name == first else "more")
    form = needs.fields(
        step,
        _choices(step, sheet, now, was),
        initial=_initial(step, sheet),
        post=was.post if was else None,
        problems=was.problems if was else None,
        kept=was.sent.kept if was else (),
    )
    if step.name == "appoint":
        target = {"hx-get": reverse("desk:staff"), "hx-target": "#appoint_account", "hx-swap": "innerHTML"}
        form.fields["unit"].widget.attrs.update(target)
    return StepView(
        step=step,
        form=form,
        url=reverse("desk:step", args=[sheet.line.number, step.name]),
        place=place,
        is_open=place == "primary" or was is not None,
        is_grave=step.name in GRAVE,
        takes_template=step.name in REPLIES,
    )


def _choices(step: Step, sheet: Sheet, now: datetime, was: Refused | None) -> needs.Choices:
    kinds = {need.kind for need in step.needs}
    units: needs.Options = ()
    if step.name == "waive":
        units = [(str(p.unit), p.unit_name) for p in sheet.parts if p.role == "joint" and p.state == "open"]
    elif kinds & {"unit", "units"}:
        units = unit_choices("department", "street", "station")
    accounts: needs.Options = ()
    if "account" in kinds:
        accounts = staff_choices(_unit(step, sheet, was), now)
    return needs.Choices(units, accounts, category_choices() if "category" in kinds else ())


def staff_choices(unit: int | None, now: datetime) -> list[tuple[str, str]]:
    """Those to whom a case of the unit may be given."""
    return [(str(p.id), p.name) for p in people.staff_of_unit(unit, now)] if unit else []


def _unit(step: Step, sheet: Sheet, was: Refused | None) -> int | None:
    if step.name != "appoint":
        return sheet.appeal.unit_id
    sent = was.sent.given.get("unit") if was else None
    return sent if isinstance(sent, int) else sheet.appeal.unit_id or _usual_unit(sheet)


def _initial(step: Step, sheet: Sheet) -> dict[str, object]:
    """What is likely, filled in: the unit the case is with, else the one a sure model names, else the category's usual one;
    never one that has just given the case back."""
    if step.name in ("dispatch", "appoint") and (unit := sheet.appeal.unit_id or _usual_unit(sheet)):
        return {} if unit in {one.unit for one in sheet.returned} else {"unit": str(unit)}
    if step.name == "classify":
        return {"category": str(sheet.appeal.category_id)}
    return {}


def _usual_unit(sheet: Sheet) -> int | None:
    """The unit that a sure model names, else the one that the category usually goes to."""
    advised = advice(sheet.appeal, sheet.returned)
    if advised.is_sure:
        return advised.proposals[0].unit
    found = categories().by_id.get(sheet.appeal.category_id)
    return found.unit if found else None
