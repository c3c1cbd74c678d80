"""`qifu setup`: the first unit, the first administrator and the usual categories, so that somebody can sign in and add the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from qifu.entry.cli.speak import CLEAN, BadInput, emit, say, with_database
from qifu.kernel.actor import SYSTEM, Actor, Role


@click.command("setup", help="首次安装：建立企业服务中心、第一位管理员和常用分类")
@click.option("--centre", required=True, help="中心的全称，如 某区企业服务中心")
@click.option("--name", required=True, help="管理员姓名")
@click.option("--username", required=True, help="管理员的用户名，字母开头")
@click.option("--no-categories", is_flag=True, help="不建常用分类，自己在“设置—分类”里添加")
@click.option("--json", "as_json", is_flag=True)
def command(centre: str, name: str, username: str, no_categories: bool, as_json: bool) -> int:
    with_database()
    from django.db import transaction

    from qifu.domain.people import actions, queries

    now = datetime.now(UTC)
    with transaction.atomic():
        if queries.units(closed=True):
            raise BadInput(
                "这里已经建立过单位和人员，不再重复建立。请用管理员账号登录后添加。", "units exist here already."
            )
        unit = actions.create_unit(actor=SYSTEM, now=now, code="ZX", name=centre, kind="centre")
        made = actions.create_member(actor=SYSTEM, now=now, username=username, name=name)
        actions.grant_role(actor=SYSTEM, now=now, account=made.account.pk, unit=unit.pk, role=Role.ADMINISTRATOR)
        first = queries.actor_of(queries.account_by_username(username) or made.account, now)
        count = 0 if no_categories else _categories(first, now)
    told = {"unit": unit.pk, "username": made.account.username, "password": made.password, "categories": count}
    if as_json:
        emit(told)
    else:
        click.echo(f"{told['username']}\t{told['password']}")
    say(
        f"已建立{unit.name}和管理员 {told['username']}，{count} 个分类。上面是临时密码，只显示这一次，首次登录时要修改。"
        "接下来登录网页，在“人员”里添加部门、街道和工作人员。",
        f"made {unit.name}, the administrator {told['username']} and {count} categories; the password is shown this once.",
    )
    return CLEAN


def _categories(actor: Actor, now: datetime) -> int:
    """Enter the two levels that centres use; names and units are then changed on the page."""
    from qifu.domain.appeals.actions.settings import CategoryDraft, add_category
    from qifu.entry.cli.sample.corpus import categories

    tops: dict[str, int] = {}
    for order, one in enumerate(categories(), 1):
        if one.parent not in tops:
            draft = CategoryDraft(name=one.parent_name, unit=None, order=order)
            tops[one.parent] = add_category(actor=actor, now=now, draft=draft).pk
        add_category(
            actor=actor, now=now, draft=CategoryDraft(name=one.name, unit=None, order=order), parent=tops[one.parent]
        )
    return len(tops) + len(categories())
