"""The only writes of knowledge: draft, edit, publish, retire, vote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from qifu.domain.publishing import access
from qifu.domain.publishing.models import Article, Version, Vote
from qifu.kernel import search
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden, Invalid
from qifu.kernel.evidence.actions import record

LONGEST_QUESTION, LONGEST_ANSWER = 200, 4000  # characters


@dataclass(frozen=True, slots=True)
class Draft:
    """What an article says."""

    question: str
    answer: str
    category: str = ""  # code


@transaction.atomic
def draft(*, actor: Actor, now: datetime, draft: Draft) -> Article:
    """Write an article of one's own knowledge; it waits for a reader.

    :raises Forbidden: the actor does not write knowledge. :raises Invalid: a field is missing or too long.
    """
    access.require_writer(actor)
    return _made(actor, now, draft, "")


@transaction.atomic
def draft_from_reply(*, actor: Actor, now: datetime, source: str, draft: Draft) -> Article:
    """Write an article from the reply of a case, by the case's stream; the same case again gives the article it has.

    The caller has passed the door of the case. :raises Invalid: a field is missing or too long.
    """
    held = Article.objects.filter(source=source).first()
    return held or _made(actor, now, draft, source)


@transaction.atomic
def edit(*, actor: Actor, now: datetime, article: int, draft: Draft, seen: int) -> Article:
    """Write the next version. What is out stays out until a reader has put the new one in its place.

    `seen` is the version that the writer had before the eyes.

    :raises Missing: no such article. :raises Forbidden: the actor does not write knowledge.
    :raises Conflict: somebody else has written a version meanwhile. :raises Invalid: a field is missing or too long.
    """
    access.require_writer(actor)
    row = access.door(actor, article, lock=True)
    _check(draft)
    if row.version != seen:
        raise Conflict("这条知识刚被别人改过，请打开最新一版再改。", state=row.state)
    row.version, row.author, row.changed_at = row.version + 1, _account(actor), now
    if row.state != "published":
        row.state = "draft"
        _say(row, draft)
    row.save()
    _keep(row, draft, now)
    _prove(row, "publishing.edit", actor, now, draft)
    return row


@transaction.atomic
def publish(*, actor: Actor, now: datetime, article: int, seen: int) -> Article:
    """Put out the version that one has read. Nobody reads their own.

    :raises Missing: no such article.
    :raises Forbidden: not of those who put knowledge out, or the version is one's own.
    :raises Conflict: nothing waits, or another version was written meanwhile.
    """
    row = access.door(actor, article, lock=True)
    if not access.may_publish(actor):
        raise Forbidden("知识由中心的调度员、督办员、政策编辑或管理员审读发布。")
    if row.version != seen or not row.is_waiting:
        raise Conflict("没有等待发布的版本，或刚有新的一版，请刷新后再看。", state=row.state)
    version = row.versions.get(number=row.version)
    if version.author == actor.account:
        raise Forbidden("不能发布自己写的版本，请另一位同事审读后发布。")
    version.checked_by, version.checked_at = actor.account, now
    version.save(update_fields=["checked_by", "checked_at"])
    _say(row, Draft(version.question, version.answer, version.category))
    row.state, row.live, row.checked_by = "published", version.number, actor.account
    row.published_at = row.changed_at = now
    row.save()
    _prove(row, "publishing.publish", actor, now)
    return row


@transaction.atomic
def retire(*, actor: Actor, now: datetime, article: int, reason: str) -> Article:
    """Take an article out of use; its versions stay.

    :raises Missing: no such article. :raises Forbidden: not for this actor. :raises Invalid: no reason.
    :raises Conflict: it is out of use already.
    """
    row = access.door(actor, article, lock=True)
    if not access.may_publish(actor):
        raise Forbidden("知识由中心的调度员、督办员、政策编辑或管理员停用。")
    if not 0 < len(reason.strip()) <= 500:
        raise Invalid("请写明停用的原因，不超过 500 字。", {"reason": "请写明原因，不超过 500 字。"})
    if row.state == "retired":
        raise Conflict("这条知识已经停用。", state=row.state)
    row.state, row.changed_at = "retired", now
    row.save(update_fields=["state", "changed_at"])
    record(
        actor=actor,
        now=now,
        verb="publishing.retire",
        stream=row.stream,
        facts={"version": row.version},
        content={"reason": reason.strip()},
    )
    return row


@transaction.atomic
def vote(*, actor: Actor, now: datetime, article: int, has_helped: bool, session: str = "") -> Article:
    """Take down whether an article helped: once for each account, or for each session of a visitor.

    :raises Missing: nothing of this number is out. :raises Invalid: neither account nor session is known.
    """
    row = access.door(actor, article, lock=True)
    voter = actor.mark if actor.account is not None else (f"session:{session}" if session else "")
    if not voter:
        raise Invalid("没能记下，请刷新页面后再试。")
    _, is_new = Vote.objects.get_or_create(
        article=row, voter=voter[:80], defaults={"has_helped": has_helped, "at": now}
    )
    if is_new:
        column = "helped" if has_helped else "not_helped"
        Article.objects.filter(pk=row.pk).update(**{column: F(column) + 1})
        row.refresh_from_db(fields=["helped", "not_helped"])
        record(actor=actor, now=now, verb="publishing.vote", stream=row.stream, facts={"has_helped": has_helped})
    return row


def _made(actor: Actor, now: datetime, draft: Draft, source: str) -> Article:
    _check(draft)
    row = Article(source=source, author=_account(actor), made_at=now, changed_at=now)
    _say(row, draft)
    row.save()
    _keep(row, draft, now)
    _prove(row, "publishing.draft", actor, now, draft)
    return row


def _say(row: Article, draft: Draft) -> None:
    row.question, row.answer, row.category = draft.question.strip(), draft.answer.strip(), draft.category
    row.tokens = search.tokens(row.question, row.answer)


def _keep(row: Article, draft: Draft, now: datetime) -> None:
    Version.objects.create(
        article=row,
        number=row.version,
        question=draft.question.strip(),
        answer=draft.answer.strip(),
        category=draft.category,
        author=row.author,
        at=now,
    )


def _prove(row: Article, verb: str, actor: Actor, now: datetime, draft: Draft | None = None) -> None:
    facts = {"version": row.version, "state": row.state, "source": row.source}
    content = {"question": draft.question.strip(), "answer": draft.answer.strip()} if draft else None
    record(actor=actor, now=now, verb=verb, stream=row.stream, facts=facts, content=content)


def _check(draft: Draft) -> None:
    problems = {
        "question": _text(draft.question, "问题", LONGEST_QUESTION),
        "answer": _text(draft.answer, "解答", LONGEST_ANSWER),
        "category": "分类编码过长。" if len(draft.category) > 20 else "",
    }
    problems = {name: said for name, said in problems.items() if said}
    if problems:
        raise Invalid("还没有保存：" + "".join(problems.values()), problems)


def _text(value: str, label: str, longest: int) -> str:
    if not value.strip():
        return f"请填写{label}。"
    return f"{label}超过 {longest} 字，请精简。" if len(value.strip()) > longest else ""


def _account(actor: Actor) -> int:
    if actor.account is None:
        raise Forbidden("请登录后再写。")
    return actor.account
