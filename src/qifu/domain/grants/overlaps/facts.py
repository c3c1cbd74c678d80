"""Applications as engines/overlap reads them. Telephones, accounts and people are digests; nothing of them is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qifu.domain.grants.models import Application, BankAccount
from qifu.domain.registry.ties import ties
from qifu.engines.codes import identity
from qifu.engines.overlap import Claim
from qifu.kernel.sealed import lookup

OUT = ("draft", "listed", "offered", "withdrawn", "dropped", "refused")  # asks for nothing, or no longer
_INVOICE = re.compile(r"[0-9A-Z]{8,20}")
_PERSON = re.compile(r"[0-9]{17}[0-9X]")
_TEXTS = ("内容", "用途", "说明", "概况")


def claims() -> list[Claim]:
    """Every application that asks for something. Three queries and one a stretch of enterprises."""
    fields = ("id", "enterprise", "year", "answers", "phone", "version__scheme", "version__questions")
    rows = list(Application.objects.exclude(state__in=OUT).order_by("pk").values(*fields))
    firms = sorted({row["enterprise"] for row in rows})
    held = ties(firms)
    accounts = {
        one.enterprise_id: lookup(one.number)
        for one in BankAccount.objects.filter(enterprise__in=firms, is_current=True).only("enterprise_id", "number")
    }
    return [_claim(row, held.get(row["enterprise"], ("", "")), accounts) for row in rows]


def _claim(row: Mapping[str, Any], held: tuple[str, str], accounts: Mapping[int, str]) -> Claim:
    said = dict(_said(row))
    texts = [value for label, value in said.items() if any(word in label for word in _TEXTS)]
    return Claim(
        id=str(row["id"]), firm=str(row["enterprise"]), item=str(row["version__scheme"]), is_recurring=True,
        months=frozenset({f"{row['year']} 年"}), legal_person=_first(said, "法定代表人"), address=held[1],
        phone=lookup(row["phone"]) or held[0], account=accounts.get(row["enterprise"], ""),
        people=frozenset(lookup(one) for one in _PERSON.findall(_first(said, "身份证").upper()) if identity.is_valid(one)),
        invoices=frozenset(_INVOICE.findall(_first(said, "发票").upper())), title=_first(said, "项目名称"),
        text=max(texts, key=len, default=""),
    )  # fmt: skip


def _said(row: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for question in row["version__questions"]:
        answer = row["answers"].get(question["name"])
        value = answer.get("value", "") if isinstance(answer, dict) else ""
        if value:
            yield question["label"], str(value)


def _first(said: Mapping[str, str], word: str) -> str:
    return next((value for label, value in said.items() if word in label), "")
