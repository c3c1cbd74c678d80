"""Evidence: how a chain is computed, that the database refuses to bend it, and that a bent one is named at its place."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Max
from pytest_django.fixtures import Settings

from qifu.entry.cli.main import run
from qifu.entry.clock import seals
from qifu.kernel.actor import SYSTEM
from qifu.kernel.errors import Conflict
from qifu.kernel.evidence import actions, chain, triggers
from qifu.kernel.evidence.models import ZERO, Content, Head, Record, Seal
from qifu.kernel.evidence.queries import anchor
from qifu.kernel.evidence.verify import Anchor, verify
from tests.conftest import NOW

ONLY_SERVER = "the embedded database has one writer at a time, and no TRUNCATE"


def write(stream: str, n: int = 1, **more: object) -> Record:
    """Append n records to a stream, each with content; return the last."""
    for _ in range(n):
        with transaction.atomic():
            facts = {"from": "submitted", "to": "accepted"}
            made = actions.record(
                actor=SYSTEM, now=NOW, verb="trial.step", stream=stream, facts=facts, content={"told": "已接单"}, **more
            )  # type: ignore[arg-type]
    return made


# -- arithmetic -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_examples_of_the_standard(message: bytes, digest: str) -> None:
    """GB/T 32905-2016, annex A."""
    plain = hashes.Hash(hashes.SM3())
    plain.update(message)
    assert plain.finalize().hex() == digest


def test_parts_are_digested_with_their_lengths_so_that_none_can_flow_into_the_next() -> None:
    plain = hashes.Hash(hashes.SM3())
    plain.update((2).to_bytes(8, "big") + b"ab" + (1).to_bytes(8, "big") + b"c")
    assert chain.sm3(b"ab", b"c") == plain.finalize()
    assert len({chain.sm3(b"ab", b"c"), chain.sm3(b"a", b"bc"), chain.sm3(b"abc"), chain.sm3(b"abc", b"")}) == 4


def test_the_canonical_form_does_not_depend_on_the_order_in_which_things_were_said() -> None:
    assert chain.canonical({"b": 1, "a": ["调", None]}) == '{"a":["调",null],"b":1}'.encode()
    assert chain.canonical({"a": ("调", None), "b": 1}) == chain.canonical({"b": 1, "a": ["调", None]})


@pytest.mark.parametrize("value", [1.5, {"a": [1.0]}, {1: "a"}, {"a": {2: 3}}, {"a": b"x"}, {"a": object()}])
def test_what_a_database_may_give_back_in_another_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical(value)


def test_a_worked_link() -> None:
    """The example of docs/rules/evidence.md."""
    value = chain.link(
        prev=ZERO,
        stream="appeals.appeal:7",
        seq=1,
        at=NOW,
        actor="staff:3",
        for_whom="",
        verb="appeals.accept",
        facts={"from": "submitted", "to": "accepted"},
        before=None,
        after=None,
        content=chain.content_digest(bytes(16), {"told": "中心已接单。"}),
    )
    assert value.hex() == "47face0926e451a7ed2eb82f2c49ffb80a198974e4d23cfe5bd8390039c7dca2"


# -- writing --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_record_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        actions.record(actor=SYSTEM, now=NOW, verb="trial.step", stream="trial.thing:1")
    with pytest.raises(transaction.TransactionManagementError):
        actions.record_many([actions.Entry(SYSTEM, NOW, "trial.step", "trial.thing:1")])
    assert not Record.objects.exists()
    assert not Head.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_write_leaves_no_record_and_no_gap() -> None:
    write("trial.thing:1")

    def half_done() -> None:
        with transaction.atomic():
            actions.record(actor=SYSTEM, now=NOW, verb="trial.step", stream="trial.thing:1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert write("trial.thing:1").seq == 2
    assert (verify().broken, verify().records) == ("", 2)


@pytest.mark.django_db
def test_many_at_once_make_the_same_chains_as_one_by_one() -> None:
    write("trial.thing:1")
    with transaction.atomic():
        actions.record_many(
            [
                actions.Entry(SYSTEM, NOW, "trial.step", f"trial.thing:{n % 3}", content={"told": str(n)})
                for n in range(12)
            ]
        )
    assert {h.stream: h.seq for h in Head.objects.all()} == {
        "trial.thing:0": 4, "trial.thing:1": 5, "trial.thing:2": 4,
    }  # fmt: skip
    assert (verify().broken, verify().records, verify().streams) == ("", 13, 3)


@pytest.mark.django_db
def test_erased_content_is_counted_and_the_chain_stays_whole() -> None:
    write("trial.thing:1", 3)
    first = Record.objects.order_by("pk").first()
    assert first is not None
    assert actions.erase(actor=SYSTEM, now=NOW, records=[first.pk], reason="依申请删除", stream="trial.thing:1") == 1
    report = verify()
    assert (report.broken, report.erased, report.records) == ("", 1, 4)
    kept = Content.objects.get(pk=first.pk)
    assert (kept.body, kept.salt) == (None, None)


@pytest.mark.django_db
def test_content_erased_behind_the_back_of_the_system_is_named() -> None:
    """The database lets content be blanked; an erasure that no record admits is a break."""
    write("trial.thing:1", 2)
    Content.objects.filter(record=write("trial.thing:1")).update(body=None, salt=None)
    assert verify().broken == "有 1 条留存内容被清除，清除记录只说明了 0 条"


# -- the database refuses ---------------------------------------------------------------------------------------------------

FORBIDDEN: dict[str, Callable[[], object]] = {
    "change a record": lambda: Record.objects.update(verb="trial.other"),
    "drop a record": lambda: Record.objects.all()._raw_delete("default"),
    "change a seal": lambda: Seal.objects.update(count=1),
    "drop a seal": lambda: Seal.objects.all()._raw_delete("default"),
    "change content": lambda: Content.objects.update(body={"told": "另一句"}),
    "drop content": lambda: Content.objects.all()._raw_delete("default"),
    "move a head back": lambda: Head.objects.update(seq=1),
    "drop a head": lambda: Head.objects.all()._raw_delete("default"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", FORBIDDEN)
def test_the_database_refuses(name: str) -> None:
    write("trial.thing:1", 3)
    actions.seal_up(now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        FORBIDDEN[name]()
    assert (verify().broken, verify().records, verify().seals) == ("", 3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["evidence_record", "evidence_seal", "evidence_content", "evidence_head"])
def test_the_server_refuses_to_truncate(table: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip(ONLY_SERVER)
    write("trial.thing:1", 3)
    actions.seal_up(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"append-only: TRUNCATE"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")
    assert (verify().broken, verify().records, verify().seals) == ("", 3, 1)


# -- what was bent is named ---------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed(db: None) -> list[int]:
    """Three chains of four records each, sealed twice, with the guards of the database lifted; the ids in order."""
    for part in range(2):
        for stream in "abc":
            write(f"trial.thing:{stream}", 2)
        actions.seal_up(now=NOW + timedelta(minutes=10 * part))
    ids = list(Record.objects.order_by("pk").values_list("pk", flat=True))
    assert verify().as_json() == {
        "records": 12, "streams": 3, "seals": 2, "unsealed": 0, "erased": 0, "anchors": 0, "broken": "", "ok": True,
    }  # fmt: skip
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("PRAGMA defer_foreign_keys = ON" if connection.vendor == "sqlite" else "SELECT 1")
    triggers.drop(connection)
    return ids


def at(stream: str, seq: int):  # type: ignore[no-untyped-def]
    return Record.objects.filter(stream=f"trial.thing:{stream}", seq=seq)


def drop(stream: str, seq: int) -> None:
    Content.objects.filter(record__in=at(stream, seq))._raw_delete("default")
    at(stream, seq)._raw_delete("default")


def cut_off(stream: str) -> None:
    """Drop the last record and set the head back: the chain itself is whole again."""
    drop(stream, 4)
    last = at(stream, 3).get()
    Head.objects.filter(pk=last.stream).update(seq=3, hash=last.hash)


def cut_out(stream: str) -> None:
    for seq in range(1, 5):
        drop(stream, seq)
    Head.objects.filter(pk=f"trial.thing:{stream}")._raw_delete("default")


def swap(stream: str, one: int, other: int) -> None:
    at(stream, one).update(seq=99)
    at(stream, other).update(seq=one)
    at(stream, 99).update(seq=other)


def forge(stream: str) -> None:
    """Rewrite the last record with a right hash and a right head: only the seal is left to tell."""
    row = at(stream, 4).get()
    link = chain.link(
        prev=bytes(row.prev), stream=row.stream, seq=4, at=row.at, actor=row.actor, for_whom="", verb="trial.forged",
        facts=row.facts, before=None, after=None, content=bytes(row.content_digest or b""),
    )  # fmt: skip
    at(stream, 4).update(verb="trial.forged", hash=link)
    Head.objects.filter(pk=row.stream).update(hash=link)


def flip(stream: str, seq: int, field: str) -> None:
    value = bytes(getattr(at(stream, seq).get(), field))
    at(stream, seq).update(**{field: bytes([value[0] ^ 1]) + value[1:]})


def body(stream: str, seq: int, **changes: object) -> None:
    Content.objects.filter(record__in=at(stream, seq)).update(**changes)


BENT: dict[str, tuple[Callable[[], object], str]] = {
    "a fact": (
        lambda: at("b", 2).update(facts={"from": "submitted", "to": "acceptef"}),
        "trial.thing:b 第 2 条（编号 {b2}）：内容与摘要不符",
    ),
    "the verb": (lambda: at("a", 1).update(verb="trial.stfp"), "trial.thing:a 第 1 条（编号 {a1}）：内容与摘要不符"),
    "the time": (
        lambda: at("c", 3).update(at=NOW + timedelta(microseconds=1)),
        "trial.thing:c 第 3 条（编号 {c3}）：内容与摘要不符",
    ),
    "the actor": (lambda: at("c", 4).update(actor="staff:1"), "trial.thing:c 第 4 条（编号 {c4}）：内容与摘要不符"),
    "for whom": (lambda: at("c", 4).update(for_whom="staff:1"), "trial.thing:c 第 4 条（编号 {c4}）：内容与摘要不符"),
    "a hash": (lambda: flip("b", 2, "hash"), "trial.thing:b 第 2 条（编号 {b2}）：内容与摘要不符"),
    "the hash of the one before": (lambda: flip("b", 2, "prev"), "trial.thing:b 第 2 条（编号 {b2}）：与上一条不衔接"),
    "the digest of the content": (
        lambda: flip("b", 3, "content_digest"),
        "trial.thing:b 第 3 条（编号 {b3}）：内容与摘要不符",
    ),
    "the content": (
        lambda: body("a", 3, body={"told": "已接车"}),
        "trial.thing:a 第 3 条（编号 {a3}）：留存内容与摘要不符",
    ),
    "the salt": (lambda: body("a", 3, salt=bytes(16)), "trial.thing:a 第 3 条（编号 {a3}）：留存内容与摘要不符"),
    "content dropped": (
        lambda: Content.objects.filter(record__in=at("a", 3))._raw_delete("default"),
        "trial.thing:a 第 3 条（编号 {a3}）：留存内容缺失",
    ),
    "the last record dropped": (lambda: drop("b", 4), "trial.thing:b：链尾应为第 4 条，库中没有或不一致"),
    "the last record and its head": (lambda: cut_off("b"), "第 2 号封印：应有 6 条记录（编号 {a3}—{c4}），现有 5 条"),
    "a record in the middle": (lambda: drop("b", 2), "trial.thing:b 第 3 条（编号 {b3}）：前面缺第 2 条"),
    "a whole chain": (lambda: cut_out("b"), "第 1 号封印：应有 6 条记录（编号 {a1}—{c2}），现有 4 条"),
    "a head dropped": (
        lambda: Head.objects.filter(pk="trial.thing:b")._raw_delete("default"),
        "trial.thing:b 第 1 条（编号 {b1}）：超出链尾",
    ),
    "two records swapped": (lambda: swap("b", 2, 3), "trial.thing:b 第 2 条（编号 {b3}）：与上一条不衔接"),
    "a record forged with all its hashes": (lambda: forge("b"), "第 2 号封印：所含记录与封存时不一致"),
    "a seal dropped": (
        lambda: Seal.objects.filter(number=1)._raw_delete("default"),
        "第 2 号封印：与上一号不衔接",
    ),
    "the time of a seal": (
        lambda: Seal.objects.filter(number=1).update(at=NOW - timedelta(days=1)),
        "第 1 号封印：封印本身被改动",
    ),
    "the digest of a seal": (
        lambda: Seal.objects.filter(number=2).update(digest=ZERO),
        "第 2 号封印：所含记录与封存时不一致",
    ),
}


@pytest.mark.parametrize("what", BENT)
def test_what_was_bent_is_named_at_its_place(sealed: list[int], what: str) -> None:
    names = ("a1", "a2", "b1", "b2", "c1", "c2", "a3", "a4", "b3", "b4", "c3", "c4")
    bend, expected = BENT[what]
    bend()
    assert verify().broken == expected.format(**dict(zip(names, sealed, strict=True)))


def test_yesterdays_copy_put_back_is_told_by_what_was_carried_outside(sealed: list[int]) -> None:
    kept = anchor()
    first = Anchor(1, bytes(Seal.objects.get(number=1).hash).hex())
    assert kept is not None
    assert verify([first, kept]).anchors == 2
    for stream in "abc":
        drop(stream, 4)
        drop(stream, 3)
        last = at(stream, 2).get()
        Head.objects.filter(pk=last.stream).update(seq=2, hash=last.hash)
    Seal.objects.filter(number=2)._raw_delete("default")
    assert verify([first]).is_whole  # by itself the older copy is whole
    assert verify([first, kept]).broken == "第 2 号封印：库外有存证而库中没有，数据库可能被换成旧副本"


def test_a_history_written_anew_is_told_by_what_was_carried_outside(sealed: list[int]) -> None:
    kept = anchor()
    Seal.objects.all()._raw_delete("default")
    actions.seal_up(now=NOW)
    actions.seal_up(now=NOW)
    write("trial.thing:a")
    actions.seal_up(now=NOW + timedelta(minutes=10))
    assert verify().is_whole
    assert kept is not None
    assert verify([kept]).broken == "第 2 号封印：与库外存证不一致"


# -- the command ------------------------------------------------------------------------------------------------------------


def test_the_command_says_so_in_its_exit_code(
    sealed: list[int], settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.HOME = tmp_path
    seals.carry_out(NOW)
    assert run(["evidence", "verify", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "records": 12, "streams": 3, "seals": 2, "unsealed": 0, "erased": 0, "anchors": 1, "broken": "", "ok": True,
    }  # fmt: skip
    at("b", 2).update(verb="trial.other")
    assert run(["evidence", "verify", "--json"]) == 1
    spoken = capsys.readouterr()
    told = json.loads(spoken.out)
    assert (told["ok"], told["broken"]) == (False, f"trial.thing:b 第 2 条（编号 {sealed[3]}）：内容与摘要不符")
    assert "证据链断裂" in spoken.err


def test_the_command_refuses_anchors_that_it_cannot_read(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evidence", "verify", "--anchors", str(tmp_path / "none")]) == 2
    (tmp_path / "2026-09-30.json").write_text("{", encoding="utf-8")
    assert run(["evidence", "verify", "--anchors", str(tmp_path)]) == 2
    assert "2026-09-30.json" in capsys.readouterr().err


def test_an_anchor_is_written_whole_or_not_at_all(
    db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    write("trial.thing:1")
    assert seals.seal_and_anchor(NOW) == 1
    before = (tmp_path / "anchors" / "2026-09-30.json").read_text()
    write("trial.thing:1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qifu.entry.clock.seals.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        seals.seal_and_anchor(NOW)
    assert (tmp_path / "anchors" / "2026-09-30.json").read_text() == before
    assert json.loads(before)["number"] == 1


# -- many writers at once -----------------------------------------------------------------------------------------------------


def together(*acts: Callable[[], None]) -> list[Exception]:
    """Run the acts in threads of their own, with connections of their own; return what they raised."""
    raised: list[Exception] = []

    def one(act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_eight_writers_and_a_sealer_make_no_fork_and_no_gap() -> None:
    if connection.vendor != "postgresql":
        pytest.skip(ONLY_SERVER)
    each, done = 40, threading.Event()

    def writer(number: int) -> None:
        for turn in range(each):
            stream = "trial.shared:1" if turn % 2 else f"trial.own:{number}"
            with transaction.atomic():
                actions.record(actor=SYSTEM, now=NOW, verb="trial.step", stream=stream, facts={"turn": turn})
                if turn % 7 == 0:
                    time.sleep(0.003)  # held open, so that ids are committed out of order

    def sealer() -> None:
        while not done.is_set():
            actions.seal_up(now=NOW)
            time.sleep(0.01)

    def writers() -> None:
        try:
            assert together(*(lambda n=n: writer(n) for n in range(8))) == []  # type: ignore[misc]
        finally:
            done.set()

    assert together(writers, sealer) == []
    actions.seal_up(now=NOW)
    report = verify()
    assert (report.broken, report.records, report.streams, report.unsealed) == ("", 8 * each, 9, 0)
    assert Head.objects.get(pk="trial.shared:1").seq == 8 * each // 2
    assert report.seals > 2
    ranges = list(Seal.objects.order_by("number").values_list("first_id", "last_id", "count"))
    assert sum(count for _, _, count in ranges) == 8 * each
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    assert ranges[-1][1] == Record.objects.aggregate(last=Max("pk"))["last"]


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain_of_seals() -> None:
    if connection.vendor != "postgresql":
        pytest.skip(ONLY_SERVER)

    def sealer() -> None:
        for _ in range(10):
            write("trial.thing:1")
            actions.seal_up(now=NOW)

    assert together(sealer, sealer, sealer) == []
    report = verify()
    assert (report.broken, report.records, report.unsealed) == ("", 30, 0)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_a_seal_does_not_wait_for_a_long_import_and_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip(ONLY_SERVER)
    monkeypatch.setattr(actions, "PATIENCE", 100)
    begun, over = threading.Event(), threading.Event()

    def long_import() -> None:
        with transaction.atomic():
            actions.record(actor=SYSTEM, now=NOW, verb="trial.import", stream="trial.import:1")
            begun.set()
            over.wait(20)

    def others() -> None:
        try:
            assert begun.wait(10)
            with pytest.raises(Conflict, match="请稍后再试"):
                actions.seal_up(now=NOW)
            assert not Seal.objects.exists()
            write("trial.thing:1")
        finally:
            over.set()

    assert together(long_import, others) == []
    sealed = actions.seal_up(now=NOW)
    assert sealed is not None
    assert sealed.count == 2


@pytest.mark.django_db
def test_each_filter_of_the_page_is_read_by_its_index() -> None:
    """Planned as for a large table: sorting and reading it whole are ruled out where the database lets one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )
    for cut, index in (({"verb": "a.b"}, "evidence_verb"), ({"actor": "staff:1"}, "evidence_actor")):
        assert index in Record.objects.filter(**cut).order_by("-pk")[:51].explain(), cut
