"""`qifu suggest`: train the transfer and category suggestions, and say how good they are."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import click

from qifu.entry.cli.speak import CLEAN, BadInput, emit, say, with_database


@click.group("suggest", help="转办与分类建议：训练、查看效果")
def command() -> None: ...


@command.command("train", help="用已办结的诉求训练，并在较晚的四分之一上检验")
@click.option("--json", "as_json", is_flag=True)
def train(as_json: bool) -> int:
    with_database()
    from qifu.domain.appeals.actions.learn import learn
    from qifu.domain.appeals.learning.model import TooFew

    try:
        made = learn(now=datetime.now(UTC))
    except TooFew as problem:
        raise BadInput(str(problem), "too few handled cases to learn from") from None
    if as_json:
        emit({name: asdict(model.report) | {"threshold": model.threshold} for name, model in made.items()})
    for name, model in made.items():
        say(f"{'转办单位' if name == 'unit' else '分类'}：{model.report.as_text()}")
    return CLEAN
