"""Form fields as everybody meets them: label, hint, control, and the error beside it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.forms import BaseForm, CheckboxInput, FileInput, Select, Textarea
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.forms.widgets import CheckboxSelectMultiple, HiddenInput, RadioSelect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from qifu.entry.theme import words
from qifu.entry.theme.icons import icon
from qifu.entry.theme.language import speaks_english
from qifu.entry.theme.phrases import phrase, said, spoken
from qifu.entry.theme.pieces import options
from qifu.entry.theme.shapes import Filter, FilterBar

DEFAULT_LIMIT = 20 * 2**20
ALIASES = ("JPEG",)  # other ends of a name that is listed
MANY = 8  # more boxes to tick than these get a field that narrows them


def field(bound: BoundField, label: str = "", hint: str = "") -> SafeString:
    """Render one field of a form with everything that belongs to it."""
    widget = bound.field.widget
    if isinstance(widget, HiddenInput):
        return SafeString(str(bound))
    title, help_text = label or said(bound.label or ""), hint or said(bound.help_text or "")
    base = bound.id_for_label or bound.auto_id or bound.name
    attrs = _attrs(bound, base, bool(help_text))
    under = _under(bound, base)
    hint_html = format_html('<div class="form-text" id="{}_hint">{}</div>', base, help_text) if help_text else ""
    need = format_html('<span class="required">{}</span>', gettext("（必填）")) if bound.field.required else ""
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return _group(bound, title, need, hint_html, under, attrs)
    if isinstance(widget, CheckboxInput):
        return format_html(
            '<div class="mb-3"><div class="form-check">{}<label class="form-check-label" for="{}">{}{}</label></div>{}{}</div>',
            bound.as_widget(attrs=attrs), base, title, need, hint_html, under,
        )  # fmt: skip
    control = _select(bound, widget, attrs) if type(widget) is Select else bound.as_widget(attrs=attrs)
    if isinstance(widget, FileInput):
        asks = phrase("点按选择文件，或把文件拖到这里；单个不超过 {limit}", limit=size_limit())
        kinds = format_html('<small class="d-block">{}</small>', told) if (told := taken(widget)) else ""
        control = format_html(
            '<div class="drop" data-drop><div class="drop-area">{}{}<span>{}{}</span></div><ul class="files" data-chosen></ul></div>',
            control, icon("upload", extra="icon-lg"), asks, kinds,
        )  # fmt: skip
    return format_html(
        '<div class="mb-3"><label class="form-label" for="{}">{}{}</label>{}{}{}</div>',
        base, title, need, hint_html, control, under,
    )  # fmt: skip


def _select(bound: BoundField, widget: Select, attrs: dict[str, str | bool]) -> SafeString:
    """A list to choose from. The framework draws a template for each option; a case page has hundreds of them."""
    given = bound.build_widget_attrs({"id": bound.auto_id, **attrs}, widget)
    kept = flatatt(widget.build_attrs({**widget.attrs, "name": bound.html_name}, given))
    value = bound.value()
    chosen = "" if value is None else str(value)
    return format_html("<select{}>{}</select>", kept, options(_frozen(widget.choices), chosen))


def _frozen(choices: Iterable[tuple[object, object]]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (str(value or ""), _frozen(label) if isinstance(label, list | tuple) else str(label))
        for value, label in choices
    )


def _attrs(bound: BoundField, base: str, hinted: bool) -> dict[str, str | bool]:
    widget = bound.field.widget
    css = (
        "form-check-input"
        if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple)
        else "form-control"
    )
    if isinstance(widget, Select) and css == "form-control":
        css = "form-select"
    attrs: dict[str, str | bool] = {"class": " ".join(c for c in (str(widget.attrs.get("class", "")), css) if c)}
    told = [f"{base}_hint"] * hinted + [f"{base}_error"] * bool(bound.errors)
    if told:
        attrs["aria-describedby"] = " ".join(told)
    if bound.errors:
        attrs |= {"class": f"{attrs['class']} is-invalid", "aria-invalid": "true"}
    if (
        isinstance(widget, Textarea) and str(widget.attrs.get("rows")) == "10"
    ):  # Django's own default, too tall on a phone
        attrs["rows"] = "5"
    if isinstance(widget, FileInput):
        attrs["data-max-bytes"] = str(getattr(settings, "UPLOAD_LIMIT", DEFAULT_LIMIT))
    return attrs


def _under(bound: BoundField, base: str) -> SafeString:
    if not bound.errors:
        return SafeString("")
    told = format_html_join("", "{} ", ((spoken(e),) for e in bound.errors))
    return format_html('<div class="invalid-feedback d-block" id="{}_error">{} {}</div>', base, icon("alert"), told)


def _group(
    bound: BoundField, title: str, need: str, hint: str, under: SafeString, attrs: dict[str, str | bool]
) -> SafeString:
    extra = {k: v for k, v in attrs.items() if k == "class"}
    rows = format_html_join(
        "",
        '<div class="form-check">{}<label class="form-check-label" for="{}">{}</label></div>',
        ((_bare(bound, c.data, extra), c.id_for_label, spoken(c.choice_label)) for c in bound.subwidgets if c.data),
    )
    told = SafeString(f' aria-describedby="{attrs["aria-describedby"]}"') if "aria-describedby" in attrs else ""
    if isinstance(bound.field.widget, CheckboxSelectMultiple) and len(bound.subwidgets) > MANY:
        told = format_html('{} data-sift="{}"', told, title)
    return format_html(
        '<fieldset class="mb-3" id="{}"{}><legend class="form-label fs-6">{}{}</legend>{}{}{}</fieldset>',
        bound.auto_id, told, title, need, hint, rows, under,
    )  # fmt: skip


def _bare(bound: BoundField, data: dict[str, object], extra: dict[str, str | bool]) -> SafeString:
    own = data.get("attrs")
    pairs = {**(own if isinstance(own, dict) else {}), **extra}
    rest = format_html_join("", ' {}="{}"', ((k, "" if v is True else v) for k, v in pairs.items() if v is not False))
    return format_html('<input type="{}" name="{}" value="{}"{}>', data["type"], bound.html_name, data["value"], rest)


def errors(form: BaseForm) -> SafeString:
    """Say at the top of a form what stands in the way, each with a link to its field."""
    if not form.errors:
        return SafeString("")
    links = format_html_join(
        "",
        '<li><a href="#{}">{}{}{}</a></li>',
        ((b.id_for_label or b.auto_id, spoken(b.label), gettext("："), spoken(e)) for b in form for e in b.errors),
    )
    whole = format_html_join("", "<li>{}</li>", ((spoken(e),) for e in form.non_field_errors()))
    return format_html(
        '<div class="alert alert-danger" role="alert" tabindex="-1" data-errors>{}<div><strong>{}</strong>'
        '<ul class="mb-0 ps-3">{}{}</ul></div></div>',
        icon("alert"), gettext("还没有提交，请先改好下面几处："), whole, links,
    )  # fmt: skip


def filter_bar(bar: FilterBar, result: str = "") -> SafeString:
    """A GET form over a list: what is set stays in the address and can be taken out one by one."""
    fields = format_html_join("", "{}", ((_filter(f, bar.values.get(f.name, "")),) for f in bar.fields))
    kept = format_html_join("", '<input type="hidden" name="{}" value="{}">', bar.kept)
    form = format_html(
        '<form method="get" class="filters" role="search" aria-label="筛选">{}{}<button class="btn btn-primary">{}查询</button></form>',
        fields, kept, icon("search"),
    )  # fmt: skip
    return format_html("{}{}", form, _set(bar, result))


def _filter(item: Filter, value: str) -> SafeString:
    base = f"filter_{item.name}"
    if item.kind == "select":
        choices = options(tuple((c.value, c.label) for c in item.choices), value)
        control = format_html(
            '<select class="form-select" id="{}" name="{}"><option value="">全部</option>{}</select>',
            base, item.name, choices,
        )  # fmt: skip
    else:
        kind = item.kind if item.kind in ("search", "date", "text", "month") else "text"
        control = format_html(
            '<input class="form-control" type="{}" id="{}" name="{}" value="{}" maxlength="100" placeholder="{}"{}>',
            kind, base, item.name, value, item.placeholder, SafeString(" data-search") if kind == "search" else "",
        )  # fmt: skip
    wide = "wide" if item.kind == "search" else ""
    return format_html(
        '<div class="{}"><label class="form-label" for="{}">{}</label>{}</div>', wide, base, item.label, control
    )


def _set(bar: FilterBar, result: str) -> SafeString:
    chips = format_html_join(
        "",
        '<li><a class="chip chip-remove" href="{}" aria-label="去掉条件 {}：{}"><span class="chip-text">{}：{}</span>{}</a></li>',
        ((bar.without(f.name), f.label, f.says(v), f.label, f.says(v), icon("x")) for f, v in bar.active),
    )
    if not chips and not result:
        return SafeString("")
    clear = format_html('<li><a class="small" href="{}">清除全部条件</a></li>', bar.without()) if chips else ""
    said = format_html('<li class="muted">{}</li>', result) if result else ""
    return format_html('<ul class="filters-on">{}{}{}</ul>', said, chips, clear)


def taken(widget: FileInput) -> str:
    """Which files are taken, by the ends of their names, and what to do with those that phones and old offices make."""
    ends = [end[1:].upper() for end in str(widget.attrs.get("accept", "")).split(",") if end.startswith(".")]
    kinds = (", " if speaks_english() else "、").join(end for end in ends if end not in ALIASES)
    if not kinds:
        return ""
    said = phrase("可以传：{kinds}。", kinds=kinds)
    others = {"XLSX", "PPTX", "JPG"} <= set(ends)
    return said + (gettext("XLS、PPT、HEIC 请先另存为 XLSX、PPTX、JPG。") if others else "")


def size_limit() -> str:
    """The largest file that may be sent, in words."""
    return words.size(int(getattr(settings, "UPLOAD_LIMIT", DEFAULT_LIMIT)))
