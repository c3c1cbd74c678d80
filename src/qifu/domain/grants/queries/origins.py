"""What money is for, as people open it: from the chain of evidence of an order or an entry back to where it was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qifu.domain.grants.models import Application, BankShare, Clawback, FundLine, ReliefPerson
from qifu.domain.grants.sources import grouped


@dataclass(frozen=True, slots=True)
class Origin:
    """One purpose: `kind` application, bankshare, reliefperson, clawback, fund; `key` is what its page is found by."""

    kind: str
    key: str
    label: str


def of(sources: Iterable[str]) -> dict[str, Origin]:
    """The purposes of chains of evidence, one statement a kind; what is no purpose is named by its chain alone."""
    wanted = list(dict.fromkeys(sources))
    found = {one: Origin("", "", "") for one in wanted}
    by_kind = grouped(wanted)
    for row in Application.objects.filter(pk__in=by_kind.get("application", [])).select_related("version"):
        found[row.stream] = Origin("application", row.number, f"{row.number} {row.version.title}")
    for share in BankShare.objects.filter(pk__in=by_kind.get("bankshare", [])).select_related("settlement__programme"):
        found[share.stream] = Origin("bankshare", str(share.settlement_id), share.settlement.programme.title)
    for person in (
        ReliefPerson.objects.filter(pk__in=by_kind.get("reliefperson", []))
        .select_related("scheme")
        .defer("name", "identity", "account")
    ):
        found[person.stream] = Origin("reliefperson", str(person.list_id), person.scheme.title)
    for case in Clawback.objects.filter(pk__in=by_kind.get("clawback", [])).select_related("obligation__application"):
        label = f"{case.number} 追回 {case.obligation.application.number}"
        found[case.stream] = Origin("clawback", str(case.obligation_id), label)
    for line in FundLine.objects.filter(pk__in=by_kind.get("fund", [])):
        found[line.stream] = Origin("fund", str(line.pk), "下达预算")
    return found
