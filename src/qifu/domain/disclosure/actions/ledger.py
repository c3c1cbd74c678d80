"""The only writes of the ledger: post what balances, reverse, close a month, try and enter files of the finance system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from qifu.domain.disclosure import access
from qifu.domain.disclosure.entries import Entry, Side, all_problems, opposite, problems
from qifu.domain.disclosure.models import Month, Project, Voucher, VoucherImport, VoucherLine
from qifu.engines.calendar import SHANGHAI
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Invalid
from qifu.kernel.evidence.actions import record

MOST = 20_000  # lines of one file
SHOWN = 500  # problems that are kept of a file


def post(*, actor: Actor, now: datetime, entry: Entry, origin: str, entered: VoucherImport | None = None) -> Voucher:
    """Enter one balanced voucher. The same origin, or the same number with the same content, is entered once.

    :raises Invalid: it does not balance, or a subject, source or project is not known.
    :raises Conflict: its month is closed, or its number is taken by another content.
    """
    access.require_write(actor)
    if found := all_problems([entry]):
        raise Invalid("凭证没有登记：" + found[0], problems=found)
    with transaction.atomic():
        return _posted(actor, now, entry, origin, entered=entered)


def reverse(*, actor: Actor, now: datetime, voucher: int, day: date, reason: str) -> Voucher:
    """Take a voucher back by one with the same lines in red, in an open month; nothing is changed.

    :raises Conflict: it was reversed already or is itself a reversal, or the month is closed.
    :raises Invalid: no reason was given, or the day lies before the voucher or in another year.
    """
    access.require_write(actor)
    reason = reason.strip()
    if len(reason) < 2:
        raise Invalid("请写明冲销的原因。", {"reason": "请写明原因"})
    with transaction.atomic():
        row = access.voucher_door(actor, voucher, lock=True)
        if row.kind == "reversal":
            raise Conflict("冲销凭证不能再冲销，请重新登记正确的凭证。")
        if Voucher.objects.filter(reverses=row).exists():
            raise Conflict("这张凭证已经冲销过。")
        if day < row.day or day.year != row.year:
            raise Invalid("冲销日期不能早于原凭证，也不能跨年度。", {"day": "请改选日期"})
        entry = Entry(
            day,
            f"冲{row.month}-{row.number}"[:30],
            f"冲销 {row.month}月{row.number}：{reason}"[:200],
            opposite(sides(row)),
        )
        return _posted(actor, now, entry, f"reversal:{row.pk}", reverses=row)


def close_month(*, actor: Actor, now: datetime, year: int, month: int) -> Month:
    """Close a month for good; those before it must be closed, and it must be over.

    :raises Conflict: it is closed, not over, or one before it is open.
    """
    access.require_write(actor)
    today = now.astimezone(SHANGHAI).date()
    if not 1 <= month <= 12:
        raise Invalid("月份应在 1 到 12 之间。")
    if (year, month) >= (today.year, today.month):
        raise Conflict(f"{year}年{month}月还没有结束，不能结账。")
    with transaction.atomic():
        closed = set(Month.objects.select_for_update().filter(year=year).values_list("month", flat=True))
        if month in closed:
            raise Conflict(f"{year}年{month}月已经结账。")
        if closed != set(range(1, month)):
            raise Conflict("请按月份顺序结账，前面还有没有结账的月份。")
        row = Month(year=year, month=month, closed_by=actor.account, closed_at=now)
        row.save(force_insert=True)
        record(actor=actor, now=now, verb="disclosure.close_month", stream=row.stream)
    return row


def try_file(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    digest: str,
    rows: int,
    entries: Sequence[tuple[int, Entry]],
    unread: Sequence[tuple[int, str]],
) -> VoucherImport:
    """Say what entering a file would do; nothing is entered. `entries` come with the row of their first line.

    :raises Invalid: it is empty or too long. :raises Conflict: the very file was entered already.
    """
    access.require_write(actor)
    if not rows:
        raise Invalid("文件里没有数据行，请检查后重新选择。", {"file": "没有数据行"})
    if rows > MOST:
        raise Invalid(f"文件超过 {MOST} 行，请按月分成几份。", {"file": "行数过多"})
    if done := VoucherImport.objects.filter(digest=digest, state="entered").first():
        raise Conflict(f"这个文件已于 {done.entered_at:%Y-%m-%d} 导入，不需要再导入。")
    fresh, same, wrong = _judged(entries)
    wrong = sorted([*unread, *wrong])
    with transaction.atomic():
        row = VoucherImport(
            name=name[:200],
            digest=digest,
            vouchers=[_kept(entry) for entry in fresh],
            problems=[list(each) for each in wrong[:SHOWN]],
            rows=rows,
            fresh=len(fresh),
            same=same,
            total=sum((entry.debit for entry in fresh), Decimal(0)),
            by=actor.account,
            at=now,
        )
        row.save(force_insert=True)
        facts = {"rows": rows, "fresh": row.fresh, "same": same, "problems": len(wrong), "digest": digest}
        record(actor=actor, now=now, verb="disclosure.try_file", stream=row.stream, facts=facts)
    return row


def enter_file(*, actor: Actor, now: datetime, number: int) -> VoucherImport:
    """Enter all vouchers of a tried file that are not here yet, or none.

    :raises Conflict: it is entered, has problems, or the ledger has moved on so that it no longer fits.
    """
    access.require_write(actor)
    with transaction.atomic():
        row = access.import_door(actor, number, lock=True)
        if row.state == "entered":
            raise Conflict("这份文件已经导入。")
        if row.problems:
            raise Conflict("文件里还有问题，请在财务系统中改正后重新导出、重新选择。")
        if not row.vouchers:
            raise Conflict("文件里的凭证都已经登记，没有需要导入的内容。")
        entries = [_entry(kept) for kept in row.vouchers]
        fresh, _, wrong = _judged([(0, entry) for entry in entries])
        if wrong or len(fresh) != len(entries):
            raise Conflict("试算之后账目有了变化，请重新选择文件试算。")
        for entry in fresh:
            _posted(actor, now, entry, f"import:{row.pk}:{entry.day.month}:{entry.number}", entered=row)
        row.state, row.entered_at = "entered", now
        row.save(update_fields=["state", "entered_at"])
        record(actor=actor, now=now, verb="disclosure.enter_file", stream=row.stream, facts={"vouchers": len(fresh)})
    return row


def note_export(*, actor: Actor, now: datetime, year: int, filters: Mapping[str, object]) -> None:
    """Leave on record that vouchers of a year were carried away.

    :raises Forbidden: the ledger is not for this person.
    """
    access.require_look(actor)
    with transaction.atomic():
        facts = {"year": year, **filters}
        record(actor=actor, now=now, verb="disclosure.export_vouchers", stream="disclosure.vouchers", facts=facts)


def sides(row: Voucher) -> tuple[Side, ...]:
    """The lines of a voucher as they were handed in."""
    return tuple(
        Side(
            one.account, one.account_name, one.debit, one.credit, one.functional, one.economic, one.money,
            one.project.code if one.project else "", one.note,
        )
        for one in row.lines.select_related("project").order_by("place")
    )  # fmt: skip


def _posted(
    actor: Actor,
    now: datetime,
    entry: Entry,
    origin: str,
    *,
    reverses: Voucher | None = None,
    entered: VoucherImport | None = None,
) -> Voucher:
    year, month = entry.day.year, entry.day.month
    known = Voucher.objects.filter(year=year, month=month, number=entry.number).first()
    if known is not None and known.digest == entry.digest:
        return known
    if known is not None:
        raise Conflict(f"{year}年{month}月已有凭证“{entry.number}”，内容不同。请核对凭证号。")
    if Month.objects.filter(year=year, month=month).exists():
        raise Conflict(f"{year}年{month}月已经结账，不能再登记凭证。请登记在尚未结账的月份。")
    projects = _projects(year, entry.sides)
    row = Voucher(
        year=year, month=month, number=entry.number, day=entry.day, summary=entry.summary[:200],
        kind="reversal" if reverses is not None else entry.kind, origin=origin, debit=entry.debit, credit=entry.credit,
        digest=entry.digest, reverses=reverses, entered=entered, by=actor.account, at=now,
    )  # fmt: skip
    try:
        row.save(force_insert=True)
    except IntegrityError:
        raise Conflict("这张凭证刚刚由别人登记，请刷新后核对。") from None
    VoucherLine.objects.bulk_create(_line(row, place, side, projects) for place, side in enumerate(entry.sides, 1))
    row.is_posted = True
    row.save(update_fields=["is_posted"])
    facts: Mapping[str, object] = {"debit": str(row.debit), "kind": row.kind, "origin": origin, "digest": row.digest}
    record(actor=actor, now=now, verb="disclosure.post", stream=row.stream, facts=facts)
    return row


def _line(row: Voucher, place: int, side: Side, projects: Mapping[str, Project]) -> VoucherLine:
    return VoucherLine(
        voucher=row, place=place, account=side.account, account_name=side.account_name[:80], debit=side.debit, credit=side.credit,
        functional=side.functional if side.is_classed else "", economic=side.economic if side.is_expenditure else "",
        money=side.money if side.is_classed else "", project=projects.get(side.project), note=side.note[:200],
    )  # fmt: skip


def _projects(year: int, lines: Iterable[Side]) -> dict[str, Project]:
    wanted = {side.project for side in lines if side.project}
    found = {one.code: one for one in Project.objects.filter(year=year, code__in=wanted)}
    if missing := sorted(wanted - found.keys()):
        raise Invalid(f"{year} 年没有代码为“{missing[0]}”的项目，请先在预算中登记。")
    return found


def _judged(entries: Sequence[tuple[int, Entry]]) -> tuple[list[Entry], int, list[tuple[int, str]]]:
    """Which entries are new, how many are here already, and what is wrong, by row of the file."""
    years = {entry.day.year for _, entry in entries}
    known = {
        (year, month, number): digest
        for year, month, number, digest in Voucher.objects.filter(year__in=years).values_list(
            "year", "month", "number", "digest"
        )
    }
    closed = set(Month.objects.filter(year__in=years).values_list("year", "month"))
    codes = set(Project.objects.filter(year__in=years).values_list("year", "code"))
    fresh: list[Entry] = []
    wrong: list[tuple[int, str]] = []
    same, seen = 0, set[tuple[int, int, str]]()
    for row, entry in entries:
        key = (entry.day.year, entry.day.month, entry.number)
        held = known.get(key)
        if held == entry.digest:
            same += 1
            continue
        said = [(row + max(place - 1, 0), f"{entry.number}：{text}") for place, text in problems(entry)]
        said += [
            (row, f"{entry.number}：{key[0]} 年没有代码为“{code}”的项目，请先在预算中登记。")
            for code in sorted({one.project for one in entry.sides if one.project})
            if (key[0], code) not in codes
        ]
        if held is not None:
            said.append((row, f"{entry.number}：{key[0]}年{key[1]}月已有这个凭证号，内容不同；更正请用冲销凭证。"))
        if key in seen:
            said.append((row, f"{entry.number}：同一凭证号在文件里不连续地出现了两次。"))
        if key[:2] in closed:
            said.append((row, f"{entry.number}：{key[0]}年{key[1]}月已经结账。"))
        seen.add(key)
        wrong += said
        if not said:
            fresh.append(entry)
    return fresh, same, wrong


def _kept(entry: Entry) -> dict[str, Any]:
    sides_ = [
        [one.account, one.account_name, str(one.debit), str(one.credit), one.functional, one.economic, one.money, one.project, one.note]
        for one in entry.sides
    ]  # fmt: skip
    return {"day": entry.day.isoformat(), "number": entry.number, "summary": entry.summary, "sides": sides_}


def _entry(kept: Mapping[str, Any]) -> Entry:
    lines = tuple(
        Side(account, name, Decimal(debit), Decimal(credit), *rest)
        for account, name, debit, credit, *rest in kept["sides"]
    )
    return Entry(date.fromisoformat(kept["day"]), kept["number"], kept["summary"], lines)
