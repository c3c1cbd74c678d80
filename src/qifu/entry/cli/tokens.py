"""`qifu token`: bearer tokens of members of the staff and of outside systems: issue, list, revoke."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from qifu.entry.cli.speak import CLEAN, BadInput, emit, say, with_database
from qifu.kernel.actor import SYSTEM

STANDING = {"good": "有效", "expired": "已过期", "revoked": "已作废"}


@click.group("token", help="接口令牌：签发、查看、作废")
def command() -> None: ...


@command.command("issue", help="给工作人员或外部系统签发接口令牌；令牌只显示这一次")
@click.option("--username", help="工作人员的用户名")
@click.option("--system", help="外部系统的名称；还没有登记的，同时登记")
@click.option("--label", required=True, help="令牌的名字，便于日后作废")
@click.option("--scope", "scopes", multiple=True, help="范围，可写多次，如 appeals:read；外部系统必须写明")
@click.option("--days", type=click.IntRange(1, 3660), help="有效天数；不写则长期有效")
@click.option("--json", "as_json", is_flag=True)
def issue(
    username: str | None, system: str | None, label: str, scopes: tuple[str, ...], days: int | None, as_json: bool
) -> int:
    if (username is None) == (system is None):
        raise BadInput("请写明 --username 或 --system 其中之一。", "name either --username or --system")
    with_database()
    from django.db import transaction

    from qifu.domain.people import actions

    now = datetime.now(UTC)
    expires = now + timedelta(days=days) if days else None
    with transaction.atomic():
        account = _member(username) if username is not None else _system(system or "", now)
        made = actions.issue_token(actor=SYSTEM, now=now, account=account, label=label, scopes=scopes, expires=expires)
    if as_json:
        emit({"token": made.clear, "account": account, "scopes": made.token.scopes, "expires": expires})
    else:
        click.echo(made.clear)
    say("令牌只显示这一次，请妥善保存。", "the token is shown this once; keep it safe.")
    return CLEAN


@command.command("list", help="列出接口令牌：谁的、什么范围、最近什么时候用过；令牌本身不显示")
@click.option("--username", help="只看这个用户名的")
@click.option("--system", help="只看这个外部系统的")
@click.option("--all", "with_ended", is_flag=True, help="包括已作废和过期的")
@click.option("--json", "as_json", is_flag=True)
def listing(username: str | None, system: str | None, with_ended: bool, as_json: bool) -> int:
    if username is not None and system is not None:
        raise BadInput("--username 和 --system 只能写一个。", "name only one of --username and --system")
    with_database()
    from qifu.domain.people import directory

    now = datetime.now(UTC)
    account = _member(username) if username is not None else _known_system(system) if system is not None else None
    rows = directory.all_tokens(actor=SYSTEM, account=account)
    found = [row for row in rows if with_ended or _state(row, now) == "good"]
    if as_json:
        emit([_told(row, now) for row in found])
        return CLEAN
    for row in found:
        told = _told(row, now)
        used = row.last_used.astimezone().strftime("%Y-%m-%d %H:%M") if row.last_used else "没有用过"
        scopes = " ".join(row.scopes) or "账号能做的都可以"
        click.echo(f"{row.pk}\t{told['name']}\t{row.label}\t{scopes}\t{STANDING[str(told['state'])]}\t{used}")
    say(
        f"共 {len(found)} 个令牌。作废一个：qifu token revoke 编号。",
        f"{len(found)} tokens; revoke one: qifu token revoke ID.",
    )
    return CLEAN


@command.command("revoke", help="作废一个接口令牌，立即生效")
@click.argument("token", type=click.IntRange(1))
def revoke(token: int) -> int:
    with_database()
    from qifu.domain.people import actions

    row = actions.revoke_token(actor=SYSTEM, now=datetime.now(UTC), token=token)
    say(f"{row.account.name}的令牌“{row.label}”已作废，立即生效。", f"token {row.pk} is revoked.")
    return CLEAN


def _told(row: Any, now: datetime) -> dict[str, object]:
    return {
        "id": row.pk, "name": row.account.name, "username": row.account.username or "", "kind": row.account.kind,
        "label": row.label, "scopes": row.scopes, "state": _state(row, now), "created": row.created, "expires": row.expires,
        "last_used": row.last_used,
    }  # fmt: skip


def _state(row: Any, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    return "good" if row.expires is None or row.expires > now else "expired"


def _known_system(name: str) -> int:
    found = _systems(name)
    if not found:
        raise BadInput(f"没有名为“{name}”的外部系统。", f"no outside system named {name}")
    return found[0]


def _member(username: str) -> int:
    from qifu.domain.people import queries

    account = queries.account_by_username(username)
    if account is None:
        raise BadInput(f"没有用户名为 {username} 的人员。", f"no account with the user name {username}")
    return int(account.pk)


def _system(name: str, now: datetime) -> int:
    """The outside system of the name, registered now if it is new."""
    from qifu.domain.people import actions

    known = _systems(name)
    return known[0] if known else int(actions.create_service(actor=SYSTEM, now=now, name=name).pk)


def _systems(name: str) -> list[int]:
    from qifu.domain.people import directory

    found, _ = directory.colleagues(actor=SYSTEM, now=datetime.now(UTC), q=name, state="all", limit=1000)
    return [row.id for row in found if row.kind == "service" and row.name == name.strip()]
