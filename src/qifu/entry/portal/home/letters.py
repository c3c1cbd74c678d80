"""A message in the language of the page: kept in Chinese as it was sent, and said again from its template where English is read."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from qifu.entry.theme import english
from qifu.entry.theme.language import speaks_english
from qifu.entry.theme.phrases import data, said, spoken
from qifu.output.messages import reading
from qifu.output.messages.models import Kept


def text(message: Kept) -> SafeString:
    """The text of the message; what people typed and names in it stay as they are, marked as Chinese on an English page."""
    pattern = reading.pattern_of(message.template)
    values = reading.values(pattern, message.text) if pattern and speaks_english() else None
    if values is None or (words := gettext(pattern)) == pattern:
        return data(message.text)
    return format_html(reading.kept(words, values), **{name: _said(name, value) for name, value in values.items()})


def _said(name: str, value: str) -> SafeString:
    if name == "kind":
        return SafeString(said(value).lower()) if said(value) != value else data(value)
    if name.endswith("_due"):
        return data(english.moment(value))
    return spoken(value) if name in ("unit", "reason") else data(value)
