"""`qifu worker`: run what waits in the queue and what time sets off."""

from __future__ import annotations

import os

import click


@click.command("worker")
@click.option("--once", is_flag=True, help="只看一次队列，处理完看到的项目就退出。")
@click.option("--burst", is_flag=True, help="处理到没有到期项目为止，然后退出。")
@click.option("--children", type=click.IntRange(1, 64), default=None, help="同时处理的项目数。")
def command(once: bool, burst: bool, children: int | None) -> None:
    """处理待发消息、后台任务和定时任务；收到停止信号后做完手头的项目再退出。"""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
    import django

    django.setup()
    from dataclasses import replace

    from qifu.entry.clock.worker import Plan, Worker

    plan = Plan.read()
    Worker(replace(plan, children=children) if children else plan).run(once=once, burst=burst)


if __name__ == "__main__":
    command()
