"""Make an article of knowledge from a good reply: who asked is taken out, what was asked and answered stays."""

from __future__ import annotations

import re
from datetime import datetime

from django.db import transaction

from qifu.domain.appeals import access
from qifu.domain.appeals.models import Appeal
from qifu.domain.appeals.queries.sheet import Sheet
from qifu.domain.publishing import actions as publishing
from qifu.domain.publishing.access import may_write
from qifu.domain.registry import queries as registry
from qifu.kernel.actor import Actor
from qifu.kernel.errors import Conflict, Forbidden
from qifu.kernel.evidence.queries import history

REPLIES = ("reply", "settle", "finish", "reply_along")
ANSWERED = ("replied", "closed")
WRITERS = {"centre", "supervisor", "lead"}
_SUFFIX = re.compile("(股份有限公司|有限责任公司|有限公司|合伙企业|事务所|公司|工作室|商行|中心)$")
_PLACE = re.compile("^(.{2,3}省)?(.{2,3}市)?(.{2,3}区)?(武汉|湖北)?")
_HIDDEN = (
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "（邮箱略）"),
    (re.compile(r"(?<![0-9A-Za-z])[0-9A-Z]{17}[0-9A-ZX](?![0-9A-Za-z])", re.IGNORECASE), "（证件号略）"),
    (re.compile(r"(?<!\d)(\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)"), "（电话略）"),
    (  # a fixed line with its area code, and an extension
        re.compile(
            r"(?<![0-9A-Za-z.-])(\+?86[- ]?)?[(（]?0(10|2\d|[3-9]\d{2})[)）]?[-—－ ]?[2-9]\d{6,7}((-|－|转)\d{1,6})?(?!\d)"
        ),
        "（电话略）",
    ),
    (re.compile(r"((?:电话|座机|固话)[^\d\n，。；]{0,6})[2-9]\d{6,7}(?![\d.]|\s*[元万])"), r"\1（电话略）"),
    (re.compile(r"(联系人|经办人|负责人|法定代表人)([:：是为]\s*)[\u4e00-\u9fff]{2,4}"), r"\1\2×××"),
    (re.compile(r"[\u4e00-\u9fff]{1,2}(先生|女士|小姐)"), r"某\1"),
)


@transaction.atomic
def make_article(*, actor: Actor, now: datetime, number: str) -> int:
    """Draft an article from the last reply of the case and return its id; a second call returns the one there is.

    :raises Missing: no such case for this actor.
    :raises Forbidden: neither of the centre nor of the unit that replied.
    :raises Conflict: there is no reply yet, or the enterprise asked for confidence.
    """
    appeal = access.door(actor, number)
    if not access.relations(actor, appeal) & WRITERS:
        raise Forbidden("知识由中心或回复的承办单位来写。")
    if appeal.is_confidential:
        raise Conflict("企业要求保密的诉求不做成知识。", state=appeal.state)
    reply = _reply(appeal)
    if not reply:
        raise Conflict("这件诉求还没有回复，不能做成知识。", state=appeal.state)
    names = _names(appeal)
    draft = publishing.Draft(
        question=without_persons(appeal.title, names)[: publishing.LONGEST_QUESTION],
        answer=without_persons(reply, names),
        category=appeal.category.code,
    )
    return publishing.draft_from_reply(actor=actor, now=now, source=appeal.stream, draft=draft).pk


def may_make(actor: Actor, sheet: Sheet) -> bool:
    """Whether the page of the case offers to make an article: an answer was given, kept, and not in confidence."""
    if sheet.appeal.is_confidential or sheet.line.state not in ANSWERED:
        return False
    replies = [happening for happening in sheet.happenings if happening.step in REPLIES]
    return bool(replies and replies[-1].details and sheet.relations & WRITERS and may_write(actor))


def without_persons(text: str, names: dict[str, str]) -> str:
    """Take out names, numbers and addresses by which somebody could be known. `names` says what stands for each."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, names[name])
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    return text


def _names(appeal: Appeal) -> dict[str, str]:
    """The enterprise by its names, full and as people shorten it, and the person who spoke for it."""
    found = {appeal.contact_name: "联系人"} if len(appeal.contact_name) > 1 else {}
    brief = registry.brief([appeal.enterprise_id]).get(appeal.enterprise_id) if appeal.enterprise_id else None
    if brief is not None:
        short = _SUFFIX.sub("", _PLACE.sub("", brief.name))
        found |= {name: "该企业" for name in (brief.name, short) if len(name) > 1}
    return found


def _reply(appeal: Appeal) -> str:
    """What the last reply said; empty when there is none, or when it was erased."""
    rows = [row for row in history(appeal.stream) if row.facts.get("step") in REPLIES]
    content = getattr(rows[-1], "content", None) if rows and rows[-1].content_digest is not None else None
    body = content.body if content is not None and isinstance(content.body, dict) else {}
    text = body.get("text")
    return text if isinstance(text, str) else ""
