"""Knowledge: made from a good reply without persons, read by a second person, offered where it fits, voted on once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qifu.domain.appeals.actions.knowledge import make_article, without_persons
from qifu.domain.publishing import actions, overlap, queries
from qifu.domain.publishing.actions import Draft
from qifu.domain.publishing.models import Article, Version, Vote
from qifu.kernel.actor import VISITOR, Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid, Missing
from qifu.kernel.evidence.models import Record
from tests.conftest import NOW, House
from tests.stage import Stage

PARKING = Draft("园区周边停车位不够怎么办？", "可向街道申请错时停车，开放周边机关车位。", "premises.parking")


def written(house: House, draft: Draft = PARKING) -> Article:
    return actions.draft(actor=house.actor("handler"), now=NOW, draft=draft)


def published(house: House, draft: Draft = PARKING) -> Article:
    row = written(house, draft)
    return actions.publish(actor=house.actor("dispatcher"), now=NOW, article=row.pk, seen=1)


def state_of(row: Article) -> tuple[object, ...]:
    row.refresh_from_db()
    records = Record.objects.filter(stream=row.stream).count()
    return row.state, row.version, row.live, row.question, row.answer, row.checked_by, records


def test_a_draft_is_seen_by_the_staff_only(house: House) -> None:
    row = written(house)
    assert queries.article(actor=house.actor("leader"), number=row.pk).line.state == "draft"
    for actor in (VISITOR, Actor(99, "contact", "钱经理")):
        with pytest.raises(Missing):
            queries.answer(actor, row.pk)
    assert queries.suggest("停车位不够") == []
    assert queries.published() == []


def test_another_person_publishes(house: House) -> None:
    row = published(house)
    assert (row.state, row.live, row.checked_by) == ("published", 1, house.accounts["dispatcher"].pk)
    assert queries.answer(VISITOR, row.pk).answer == PARKING.answer
    verbs = Record.objects.filter(stream=row.stream).order_by("seq").values_list("verb", "facts__version")
    assert list(verbs) == [("publishing.draft", 1), ("publishing.publish", 1)]


def test_nobody_publishes_what_they_wrote(house: House) -> None:
    row = actions.draft(actor=house.actor("dispatcher"), now=NOW, draft=PARKING)
    before = state_of(row)
    with pytest.raises(Forbidden, match="不能发布自己写的版本"):
        actions.publish(actor=house.actor("dispatcher"), now=NOW, article=row.pk, seen=1)
    assert state_of(row) == before
    with pytest.raises(IntegrityError), transaction.atomic():  # nor does the database let it be
        Version.objects.filter(article=row).update(checked_by=house.accounts["dispatcher"].pk)


@pytest.mark.parametrize("who", ["handler", "street", "leader", "auditor"])
def test_publishing_is_the_centres(house: House, who: str) -> None:
    row = actions.draft(actor=house.actor("supervisor"), now=NOW, draft=PARKING)
    before = state_of(row)
    with pytest.raises(Forbidden):
        actions.publish(actor=house.actor(who), now=NOW, article=row.pk, seen=1)
    with pytest.raises(Forbidden):
        actions.retire(actor=house.actor(who), now=NOW, article=row.pk, reason="过时")
    assert state_of(row) == before


@pytest.mark.parametrize("who", ["leader", "auditor"])
def test_who_only_looks_does_not_write(house: House, who: str) -> None:
    with pytest.raises(Forbidden):
        actions.draft(actor=house.actor(who), now=NOW, draft=PARKING)
    assert Article.objects.count() == 0


def test_what_is_out_stays_until_the_new_version_was_read(house: House) -> None:
    row = published(house)
    better = Draft("停车位不够怎么办？", "改为在线申请错时停车。", "premises.parking")
    actions.edit(actor=house.actor("dispatcher"), now=NOW, article=row.pk, draft=better, seen=1)
    assert queries.answer(VISITOR, row.pk).answer == PARKING.answer
    sheet = queries.article(actor=house.actor("supervisor"), number=row.pk)
    assert (sheet.latest.number, sheet.latest.answer, sheet.live) == (2, "改为在线申请错时停车。", 1)
    assert [v.number for v in sheet.versions] == [2, 1]
    page = queries.articles(actor=house.actor("leader"), state="waiting")
    assert [(line.id, line.is_waiting) for line in page.lines] == [(row.pk, True)]
    actions.publish(actor=house.actor("supervisor"), now=NOW, article=row.pk, seen=2)
    assert queries.answer(VISITOR, row.pk).question == "停车位不够怎么办？"
    assert queries.articles(actor=house.actor("leader"), state="waiting").lines == []


def test_two_writers_do_not_overwrite_each_other(house: House) -> None:
    row = published(house)
    actions.edit(actor=house.actor("supervisor"), now=NOW, article=row.pk, draft=PARKING, seen=1)
    before = state_of(row)
    with pytest.raises(Conflict, match="刚被别人改过"):
        actions.edit(actor=house.actor("handler"), now=NOW, article=row.pk, draft=PARKING, seen=1)
    with pytest.raises(Conflict):  # the reader saw the version before
        actions.publish(actor=house.actor("dispatcher"), now=NOW, article=row.pk, seen=1)
    assert state_of(row) == before


def test_retired_is_offered_no_more(house: House) -> None:
    row = published(house)
    with pytest.raises(Invalid):
        actions.retire(actor=house.actor("admin"), now=NOW, article=row.pk, reason=" ")
    actions.retire(actor=house.actor("admin"), now=NOW, article=row.pk, reason="政策已变")
    assert queries.suggest("停车位不够") == []
    with pytest.raises(Missing):
        queries.answer(VISITOR, row.pk)
    with pytest.raises(Conflict):
        actions.retire(actor=house.actor("admin"), now=NOW, article=row.pk, reason="再停")


def test_one_vote_each(house: House) -> None:
    row, contact = published(house), Actor(77, "contact", "钱经理")
    for _ in range(2):
        actions.vote(actor=contact, now=NOW, article=row.pk, has_helped=True)
    actions.vote(actor=contact, now=NOW, article=row.pk, has_helped=False)
    actions.vote(actor=VISITOR, now=NOW, article=row.pk, has_helped=False, session="a")
    actions.vote(actor=VISITOR, now=NOW, article=row.pk, has_helped=False, session="b")
    row.refresh_from_db()
    assert (row.helped, row.not_helped, Vote.objects.count()) == (1, 2, 3)
    with pytest.raises(Invalid):
        actions.vote(actor=VISITOR, now=NOW, article=row.pk, has_helped=True)
    with pytest.raises(Missing):
        actions.vote(actor=contact, now=NOW, article=written(house).pk, has_helped=True)


def test_what_is_lacking_is_said_beside_the_field(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        actions.draft(actor=house.actor("handler"), now=NOW, draft=Draft(" ", "答" * 4001))
    assert refused.value.fields == {"question": "请填写问题。", "answer": "解答超过 4000 字，请精简。"}


def test_the_best_fitting_answer_comes_first(house: House) -> None:
    parking = published(house)
    power = published(house, Draft("夜间限电怎么申请错峰？", "向区发改局报用电负荷，可申请错峰用电方案。", "utility"))
    published(house, Draft("技改补贴需要哪些材料？", "营业执照、备案证、设备发票清单。", "policy"))
    assert [a.id for a in queries.suggest("我们楼下停车位不够，员工上班找不到停车位")] == [parking.pk]
    assert [a.id for a in queries.suggest("车间夜间限电，能不能错峰用电")][:1] == [power.pk]
    assert queries.suggest("请问公司的问题") == []
    assert queries.suggest("") == []


def test_offering_costs_the_same_whatever_the_table_holds(house: House) -> None:
    def many(count: int) -> None:
        rows = [
            Article(question=f"停车位第{n}问", answer="错时停车", state="published", author=1, checked_by=2, live=1,
                    made_at=NOW, changed_at=NOW, tokens=overlap.search.tokens(f"停车位第{n}问 错时停车"))
            for n in range(count)
        ]  # fmt: skip
        Article.objects.bulk_create(rows)

    def asked() -> int:
        with CaptureQueriesContext(connection) as told:
            assert len(queries.suggest("停车位不够，错时停车怎么申请")) == 3
        return len(told)

    many(5)
    few = asked()
    many(400)
    assert asked() == few <= overlap.PAIRS + 5


def test_an_article_from_a_reply_names_nobody(stage: Stage) -> None:
    case = stage.to("working", title="武汉云启软件有限公司停车位不够", contact_name="钱经理")
    reply = "云启软件反映属实。联系人：钱经理，电话 19900001234，已协调车位，找赵六先生办理，邮箱 a.b@c.cn。"
    stage.take("handler", case, "reply", outcome="solved", text=reply)
    number = make_article(actor=stage.actor("handler"), now=NOW, number=case.number)
    row = Article.objects.get(pk=number)
    assert row.question == "该企业停车位不够"
    assert row.answer == "该企业反映属实。联系人：×××，电话 （电话略），已协调车位，找某先生办理，邮箱 （邮箱略）。"
    assert (row.state, row.category, row.source) == ("draft", "premises.parking", case.stream)
    assert make_article(actor=stage.actor("dispatcher"), now=NOW, number=case.number) == number
    assert Article.objects.count() == 1
    made = Record.objects.get(stream=row.stream)
    assert (made.verb, made.actor, made.facts["source"]) == (
        "publishing.draft",
        stage.actor("handler").mark,
        case.stream,
    )


def test_what_cannot_become_an_article(stage: Stage) -> None:
    working = stage.to("working")
    with pytest.raises(Conflict, match="还没有回复"):
        make_article(actor=stage.actor("dispatcher"), now=NOW, number=working.number)
    quiet = stage.to("replied", is_confidential=True)
    with pytest.raises(Conflict, match="保密"):
        make_article(actor=stage.actor("dispatcher"), now=NOW, number=quiet.number)
    told = stage.to("replied")
    with pytest.raises(Forbidden):
        make_article(actor=stage.contact, now=NOW, number=told.number)
    with pytest.raises(Missing):
        make_article(actor=stage.stranger, now=NOW, number=told.number)
    assert Article.objects.count() == 0


def test_numbers_that_identify_are_taken_out() -> None:
    text = "证件 420102199001011234，信用代码91420100MA4K1A2B3C，座机不动 85001234，+86 139-0000-1234。"
    assert without_persons(text, {}) == "证件 （证件号略），信用代码（证件号略），座机不动 （电话略），（电话略）。"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请拨027-82345678咨询", "请拨（电话略）咨询"),
        ("请拨（027）8234567", "请拨（电话略）"),
        ("(010) 62345678转8012，", "（电话略），"),
        ("+86 139 9000 1234", "（电话略）"),
        ("0713－8234567-12 找张三", "（电话略） 找张三"),
        ("座机：82345678；", "座机：（电话略）；"),
        ("联系电话为 8234567。", "联系电话为 （电话略）。"),
        ("补贴 82345678 元，编号 QS2026093000011", "补贴 82345678 元，编号 QS2026093000011"),
        ("电话费共 82345678 元", "电话费共 82345678 元"),
        ("拨打 12345 热线", "拨打 12345 热线"),
        ("自 2026-02-13 起，占 0.2782345678", "自 2026-02-13 起，占 0.2782345678"),
    ],
)
def test_mobile_and_fixed_lines_are_hidden_and_other_figures_stay(text: str, shown: str) -> None:
    assert without_persons(text, {}) == shown


def test_a_later_version_is_dated_by_its_own_time(house: House) -> None:
    row = published(house)
    later = NOW + timedelta(days=1)
    actions.edit(actor=house.actor("handler"), now=later, article=row.pk, draft=PARKING, seen=1)
    assert [v.at for v in queries.article(actor=house.actor("admin"), number=row.pk).versions] == [later, NOW]


def test_a_form_that_cannot_be_kept_says_why_in_whole_sentences(house: House, client: Client) -> None:
    client.force_login(house.account("handler"))
    for sent, told in (
        ({"question": " ", "answer": ""}, ["请填写问题。", "请填写解答。"]),
        (
            {"question": "长" * (actions.LONGEST_QUESTION + 1), "answer": "长" * (actions.LONGEST_ANSWER + 1)},
            [f"问题超过 {actions.LONGEST_QUESTION} 字，请精简。", f"解答超过 {actions.LONGEST_ANSWER} 字，请精简。"],
        ),
        (
            {"question": "怎么办", "answer": "这样办", "category": "none", "seen": "x"},
            ["没有这个分类，或已停用，请重新选择。", "看不出您改的是哪一版，请重新打开这条知识再改。"],
        ),
    ):
        answer = client.post(reverse("desk_article_new"), sent)
        assert answer.status_code == 422
        assert [said for field in answer.context["form"].errors.values() for said in field] == told
        assert all(said in answer.content.decode() for said in told)
    assert Article.objects.count() == 0
