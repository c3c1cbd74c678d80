"""A step of a flow as a form: fields from what it needs, and what was sent back as the values it is given.

The flow engine is the only judge of the values; a form here shows what was typed and what the judge said beside each field.
Files are kept as soon as they arrive, so that a refused step does not ask for them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from qifu.engines.flow import Need, Step
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Invalid
from qifu.kernel.files.actions import keep

Options = Sequence[tuple[str, Any]]  # (value, label), or (group, options)
ACCEPT = ".pdf,.png,.jpg,.jpeg,.webp,.docx,.xlsx,.pptx,.doc,.mp3,.mp4,.txt,.csv"
RADIOS = 3  # choices up to here stand open, more fold into a list
KEPT = "_kept"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fields that point at something may point at."""

    units: Options = ()
    accounts: Options = ()
    categories: Options = ()


NOTHING = Choices()


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that has arrived and waits for its step."""

    id: int
    name: str

    @property
    def value(self) -> str:
        return f"{self.id}|{self.name}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back: the values for the step, the files kept on the way, and what is wrong with the files."""

    given: dict[str, object]
    kept: list[Kept] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


class StepForm(forms.Form):
    """Shows and never judges: the errors are those of a refusal."""

    def __init__(self, *args: Any, problems: Mapping[str, str] | None = None, kept: Sequence[Kept] = (), **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.problems, self.kept = dict(problems or {}), list(kept)

    def full_clean(self) -> None:
        """Take over what was said of the fields; what was said of others goes to the top."""
        self.cleaned_data: dict[str, Any] = {}
        errors = ErrorDict()
        for name, said in self.problems.items():
            place = name if name in self.fields else "__all__"
            errors.setdefault(place, ErrorList()).append(said)
        self._errors = errors


def fields(
    step: Step,
    choices: Choices = NOTHING,
    *,
    initial: Mapping[str, object] | None = None,
    post: QueryDict | None = None,
    problems: Mapping[str, str] | None = None,
    kept: Sequence[Kept] = (),
) -> StepForm:
    """Return the form of a step; with `post` and `problems`, as it was sent and with what was said of it."""
    made = type("Needs", (StepForm,), {need.name: _field(need, choices) for need in step.needs})
    form = made(post, initial=dict(initial or {}), auto_id=f"{step.name}_%s", problems=problems, kept=kept)
    return cast(StepForm, form)


def read(
    step: Step,
    post: QueryDict,
    files: MultiValueDict[str, UploadedFile[Any]],
    *,
    actor: Actor,
    now: datetime,
    case: Callable[[str], int | None] | None = None,
) -> Sent:
    """Return what was sent as the values the step is given. `case` finds the id behind a receipt number.

    Nothing is judged here: what cannot be read is handed on as it came, for the engine to say so.
    """
    given: dict[str, object] = {}
    sent = Sent(given)
    for need in step.needs:
        if need.kind == "files":
            kept, problem = uploads(post, files, need.name, actor=actor, now=now)
            given[need.name] = [file.id for file in kept]
            sent.kept.extend(kept)
            if problem:
                sent.problems[need.name] = problem
        else:
            given[need.name] = _value(need, post, case)
    return sent


def uploads(
    post: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], name: str, *, actor: Actor, now: datetime
) -> tuple[list[Kept], str]:
    """Keep what was uploaded under the name, after what was kept before; return all, and what was refused."""
    kept = [found for text in post.getlist(name + KEPT) if (found := _kept(text))]
    problems = []
    for upload in files.getlist(name):
        try:
            made = keep(actor=actor, now=now, file=cast(Any, upload.file), name=upload.name or "附件")
        except Invalid as refusal:
            problems.append(refusal.message)
        else:
            kept.append(Kept(made.pk, made.name))
    return kept, "".join(problems)


def files_field(*, required: bool = False, most: int = 9, label: str = "附件") -> forms.Field:
    """A field for several files, for forms that are no step."""
    attrs = {"accept": ACCEPT, "data-max-files": str(most)}
    return forms.FileField(label=label, required=required, widget=_Files(attrs=attrs))


class _Files(forms.FileInput):
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"multiple": True, **(attrs or {})})


def _field(need: Need, choices: Choices) -> forms.Field:
    told: dict[str, Any] = {"label": need.label, "help_text": need.hint, "required": need.is_required}
    blank = ("", "请选择" if need.is_required else "不选")
    match need.kind:
        case "choice" if len(need.options) <= RADIOS:
            return forms.ChoiceField(choices=need.options, widget=forms.RadioSelect, **told)
        case "choice":
            return forms.ChoiceField(choices=[blank, *need.options], **told)
        case "unit" | "account" | "category":
            options = {"unit": choices.units, "account": choices.accounts, "category": choices.categories}[need.kind]
            return forms.ChoiceField(choices=[blank, *options], **told)
        case "units":
            return forms.MultipleChoiceField(choices=_flat(choices.units), widget=forms.CheckboxSelectMultiple, **told)
        case "files":
            return files_field(required=need.is_required, most=need.longest, label=need.label)
    return forms.CharField(widget=_widget(need), **told)


def _widget(need: Need) -> forms.Widget:
    match need.kind:
        case "line":
            return forms.TextInput({"maxlength": need.longest})
        case "number":
            return forms.NumberInput({"min": 1, "max": need.longest, "inputmode": "numeric"})
        case "date":
            return forms.DateInput({"type": "date"})
        case "flag":
            return forms.CheckboxInput()
        case "case":
            return forms.TextInput({"maxlength": 20, "autocomplete": "off", "placeholder": "受理编号"})
        case "items":
            return forms.Textarea({"rows": 4})
    return forms.Textarea({"rows": 6 if need.longest > 2000 else 3, "maxlength": need.longest})


def _value(need: Need, post: QueryDict, case: Callable[[str], int | None] | None) -> object:
    text = (post.get(need.name) or "").replace("\r\n", "\n").strip()
    match need.kind:
        case "flag":
            return need.name in post
        case "number" | "unit" | "account" | "category":
            return _whole(text)
        case "units":
            return [_whole(one) for one in post.getlist(need.name) if one]
        case "items":
            return [line.strip() for line in text.split("\n") if line.strip()]
        case "date":
            return _day(text)
        case "case":
            found = case(text.upper()) if case and text else None
            return (found or text) if text else None
    return text


def _whole(text: str) -> int | str | None:
    if not text:
        return None
    return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 19 else text


def _day(text: str) -> date | str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


def _kept(text: str) -> Kept | None:
    number, _, name = text.partition("|")
    return Kept(int(number), name[:200]) if number.isascii() and number.isdigit() and len(number) < 19 else None


def _flat(options: Options) -> list[tuple[str, str]]:
    """Options without their groups."""
    found: list[tuple[str, str]] = []
    for value, label in options:
        found.extend(label if isinstance(label, list | tuple) else [(value, label)])
    return found
