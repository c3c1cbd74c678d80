"""Walk the whole chain of evidence and name the first broken link. Memory does not grow with the number of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from django.db import connection

from qifu.kernel.evidence import chain
from qifu.kernel.evidence.models import ZERO, Content, Record, Seal


@dataclass(frozen=True, slots=True)
class Anchor:
    """What was carried outside the database: the hash of a seal on its day."""

    number: int
    hash: str


@dataclass(slots=True)
class Report:
    """What was walked, and the first broken link (empty: the chain is whole)."""

    records: int = 0
    streams: int = 0
    seals: int = 0
    unsealed: int = 0
    erased: int = 0
    anchors: int = 0
    broken: str = ""

    @property
    def is_whole(self) -> bool:
        return not self.broken

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"ok": self.is_whole}


def verify(anchors: Sequence[Anchor] = ()) -> Report:
    """Check every link, every head, every kept content, every seal and the anchors given."""
    report = Report()
    for step in (_chains, _heads, _contents, _seals):
        report.broken = step(report)
        if report.broken:
            return report
    report.broken = _anchors(report, anchors)
    return report


def _chains(report: Report) -> str:
    """Each object's records follow one another without gap, each carrying its predecessor's hash."""
    stream, seq, prev = "", 0, ZERO
    for row in Record.objects.order_by("stream", "seq").iterator(2000):
        if row.stream != stream:
            stream, seq, prev = row.stream, 0, ZERO
            report.streams += 1
        place = f"{row.stream} 第 {row.seq} 条（编号 {row.pk}）"
        if row.seq != seq + 1:
            return f"{place}：前面缺第 {seq + 1} 条"
        if bytes(row.prev) != prev:
            return f"{place}：与上一条不衔接"
        if bytes(row.hash) != _expected(row):
            return f"{place}：内容与摘要不符"
        seq, prev = row.seq, bytes(row.hash)
        report.records += 1
    return ""


def _expected(row: Record) -> bytes:
    return chain.link(
        prev=bytes(row.prev),
        stream=row.stream,
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        for_whom=row.for_whom,
        verb=row.verb,
        facts=row.facts,
        before=_raw(row.before),
        after=_raw(row.after),
        content=_raw(row.content_digest),
    )


def _heads(report: Report) -> str:
    """Each chain ends where its head says: a last record dropped shows here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.stream, h.seq, r.seq FROM evidence_head h LEFT JOIN evidence_record r"
            " ON r.stream = h.stream AND r.seq = h.seq AND r.hash = h.hash WHERE r.id IS NULL AND h.seq > 0 ORDER BY h.stream LIMIT 1"
        )
        if row := cursor.fetchone():
            return f"{row[0]}：链尾应为第 {row[1]} 条，库中没有或不一致"
        cursor.execute(
            "SELECT r.stream, r.seq, r.id FROM evidence_record r LEFT JOIN evidence_head h ON h.stream = r.stream"
            " WHERE h.stream IS NULL OR r.seq > h.seq ORDER BY r.id LIMIT 1"
        )
        if row := cursor.fetchone():
            return f"{row[0]} 第 {row[1]} 条（编号 {row[2]}）：超出链尾"
    return ""


def _contents(report: Report) -> str:
    """What is kept outside the chain is what was digested; what was erased is counted."""
    rows = Content.objects.select_related("record").order_by("pk")
    for row in rows.iterator(2000):
        if row.body is None:
            report.erased += 1
            continue
        if chain.content_digest(bytes(row.salt or b""), row.body) != _raw(row.record.content_digest):
            return f"{row.record.stream} 第 {row.record.seq} 条（编号 {row.record.pk}）：留存内容与摘要不符"
    admitted = sum(_erased(facts) for facts in _erasures())
    if admitted < report.erased:
        return f"有 {report.erased} 条留存内容被清除，清除记录只说明了 {admitted} 条"
    missing = Record.objects.filter(content_digest__isnull=False, content__isnull=True).order_by("pk").first()
    if missing:
        return f"{missing.stream} 第 {missing.seq} 条（编号 {missing.pk}）：留存内容缺失"
    return ""


def _erasures() -> Iterator[dict[str, object]]:
    return Record.objects.filter(verb="evidence.erase").values_list("facts", flat=True).iterator()


def _erased(facts: dict[str, object]) -> int:
    count = facts.get("erased")
    return count if isinstance(count, int) else 0


def _seals(report: Report) -> str:
    """Each seal covers just the records it counted, and follows the seal before."""
    prev, last, number = ZERO, 0, 0
    for seal in Seal.objects.order_by("number").iterator():
        place = f"第 {seal.number} 号封印"
        if seal.number != number + 1 or bytes(seal.prev) != prev:
            return f"{place}：与上一号不衔接"
        digest, first, final, count = chain.joined(_links(last, seal.last_id))
        if (first, final, count) != (seal.first_id, seal.last_id, seal.count):
            return f"{place}：应有 {seal.count} 条记录（编号 {seal.first_id}—{seal.last_id}），现有 {count} 条"
        if digest != bytes(seal.digest):
            return f"{place}：所含记录与封存时不一致"
        whole = chain.seal_link(
            prev=prev, number=seal.number, at=seal.at, first=first, last=final, count=count, digest=digest
        )
        if whole != bytes(seal.hash):
            return f"{place}：封印本身被改动"
        prev, last, number = bytes(seal.hash), seal.last_id, seal.number
        report.seals += 1
    report.unsealed = Record.objects.filter(pk__gt=last).count()
    return ""


def _links(since: int, until: int) -> Iterator[tuple[int, bytes]]:
    rows = Record.objects.filter(pk__gt=since, pk__lte=until).order_by("pk").values_list("pk", "hash")
    return ((pk, bytes(value)) for pk, value in rows.iterator(5000))


def _anchors(report: Report, anchors: Sequence[Anchor]) -> str:
    """The seals known outside the database are still in it, unchanged: an older copy put back shows here."""
    known = {
        seal.number: bytes(seal.hash).hex() for seal in Seal.objects.filter(number__in=[a.number for a in anchors])
    }
    for anchor in sorted(anchors, key=lambda a: a.number):
        if anchor.number not in known:
            return f"第 {anchor.number} 号封印：库外有存证而库中没有，数据库可能被换成旧副本"
        if known[anchor.number] != anchor.hash:
            return f"第 {anchor.number} 号封印：与库外存证不一致"
        report.anchors += 1
    return ""


def _raw(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
