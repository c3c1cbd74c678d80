"""`qifu serve` and `qifu migrate`: the web server, and bringing the database up to date."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from pathlib import Path

import click

from qifu.entry.cli.speak import CLEAN, say, with_django


@click.command("migrate", help="把数据库结构更新到本版本")
def migrate() -> int:
    with_django()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    say("数据库结构已是最新。", "the database is up to date.")
    return CLEAN


@click.command("serve", help="启动网页服务")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int, threads: int) -> int:
    with_django()
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)
    run(host, port, workers, threads)
    return CLEAN


def run(host: str, port: int, workers: int, threads: int) -> None:
    sys.setswitchinterval(0.02)  # a request is some ms of work: changing threads in the midst of it only costs
    """Serve until stopped. The application is loaded once and shared by all workers: two need hardly more memory than one."""
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = {
                "bind": f"{host}:{port}",
                "workers": workers,
                "threads": threads,
                "worker_class": "qifu.entry.cli.unread.Worker",
                "timeout": 60,
                "graceful_timeout": 30,
                "keepalive": 5,
                "max_requests": 20000,
                "max_requests_jitter": 2000,
                "preload_app": True,
                "loglevel": "warning",
                "limit_request_line": 8190,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> object:
            return loaded()

    Server().run()


def loaded() -> object:
    """The application with its addresses and pages read in, before the workers part from it.

    What is there by then is taken out of the collector's rounds: it lives as long as the server, and going over it
    would give each worker a copy of its own.
    """
    from django.core.wsgi import get_wsgi_application
    from django.db import connections
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template
    from django.urls import get_resolver

    application = get_wsgi_application()
    get_resolver().check()
    for name in pages():
        with suppress(TemplateSyntaxError):  # a faulty page fails when it is asked for, not the whole server
            get_template(name)
    connections.close_all()  # a connection cannot be shared
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)  # a page makes some ten thousand small things and drops them all
    return application


def pages() -> list[str]:
    """The names of our own templates."""
    from django.template.utils import get_app_template_dirs

    folders = [Path(one) for one in get_app_template_dirs("templates") if "qifu" in Path(one).parts]
    return sorted({str(page.relative_to(folder)) for folder in folders for page in folder.rglob("*.html")})
