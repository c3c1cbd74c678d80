"""Who may open the desk's screens that belong to no room: a refusal says who may."""

from __future__ import annotations

from django.utils.http import url_has_allowed_host_and_scheme

from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel.actor import Actor, Role
from qifu.kernel.errors import Forbidden


def require_staff(actor: Actor) -> None:
    """:raises Forbidden: not of the staff."""
    if not actor.is_staff:
        raise Forbidden("工作台只对工作人员开放，请用工作人员账号登录。")


def require_inspector(actor: Actor) -> None:
    """:raises Forbidden: neither administrator nor auditor."""
    if not actor.has_role(Role.ADMINISTRATOR, Role.AUDITOR):
        raise Forbidden("只有管理员和审计员可以查看这里。")


def safe(request: PersonRequest, url: str) -> str:
    """An address of our own, or nothing."""
    own = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if url.startswith("/") and own else ""


def whole(text: str) -> int | None:
    """A number as an address or a form carries it; None for what is none or is longer than any id."""
    return int(text) if text.isdecimal() and len(text) < 19 else None
