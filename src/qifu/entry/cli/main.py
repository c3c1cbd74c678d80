"""The `qifu` command: one shell, and a room for each command that is opened only when it is called.

Commands of the engines need no database, no server and no settings, so that nothing here may import Django.
Exit 0 done and clean · 1 done, and the content of the input is wrong somewhere · 2 the input cannot be used · 3 our
fault.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any

import click

from qifu.kernel.errors import Refusal

from .speak import CLEAN, OUR_FAULT, UNUSABLE, BadInput, language, say, say_refusal

# name: (module:command, what it is for). The module is imported when the command is called.
COMMANDS: dict[str, tuple[str, str]] = {
    "backup": ("qifu.entry.cli.backup:command", "备份数据库、附件、存证和模型"),
    "check": ("qifu.entry.cli.check:command", "检查正式部署还缺什么"),
    "demo": ("qifu.entry.cli.demo:command", "示例城区：建库并启动，演示用"),
    "evidence": ("qifu.entry.cli.evidence:command", "证据链：核验、封存、库外存证"),
    "migrate": ("qifu.entry.cli.serve:migrate", "把数据库结构更新到本版本"),
    "suggest": ("qifu.entry.cli.suggest:command", "转办与分类建议：训练、查看效果"),
    "registry": ("qifu.entry.cli.registry:command", "企业名录：导入名单，归并多份名单"),
    "privacy": ("qifu.entry.cli.privacy:command", "个人信息：清除一件已办结事项的"),
    "restore": ("qifu.entry.cli.restore:command", "从备份还原，并核验证据链"),
    "policies": ("qifu.entry.cli.policies:command", "惠企政策：字段、匹配、解释、检查"),
    "serve": ("qifu.entry.cli.serve:serve", "启动网页服务"),
    "setup": ("qifu.entry.cli.setup:command", "首次安装：建立中心、管理员和常用分类"),
    "fiscal": ("qifu.entry.cli.fiscal:command", "预决算公开文件：识读、审核、生成"),
    "deadline": ("qifu.entry.cli.deadline:command", "按工作日历推算办理期限"),
    "token": ("qifu.entry.cli.tokens:command", "接口令牌：签发、查看、作废"),
    "worker": ("qifu.entry.cli.worker:command", "处理待发消息、后台任务和定时任务"),
}
INTERRUPTED = 130


class Shell(click.Group):
    """A group that knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        _speak_languages(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


def _choose_language(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    if value:
        language.set(value)


def _language_option() -> click.Option:
    return click.Option(
        ["--lang"],
        type=click.Choice(["zh", "en"]),
        expose_value=False,
        is_eager=True,
        callback=_choose_language,
        help="提示所用的语言（标准错误输出），默认中文",
    )


def _speak_languages(command: click.Command) -> None:
    """Give a command and those inside it `--lang` and `-h`, so that each may stand anywhere on the line."""
    command.context_settings.setdefault("help_option_names", ["-h", "--help"])
    if all("--lang" not in param.opts for param in command.params):
        command.params.append(_language_option())
    for inner in getattr(command, "commands", {}).values():
        _speak_languages(inner)


def _release() -> str:
    try:
        return version_of("qifu")
    except PackageNotFoundError:
        return "0"


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"qifu {_release()}")
        ctx.exit()


shell = Shell(
    name="qifu",
    help="企服：区级企业服务中心的开放系统。每个命令加 -h 看用法。",
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        _language_option(),
        click.Option(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_show_version,
            help="显示版本号",
        ),
    ],
    no_args_is_help=False,
    invoke_without_command=True,
    callback=lambda: _greet(),
)


def _greet() -> None:
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _misused(error: click.UsageError) -> tuple[str, str]:
    """Say in a sentence what is wrong with the line that was typed."""
    name = "" if error.ctx is None else error.ctx.command_path
    hint = f"用法见 {name or 'qifu'} -h。"
    option = getattr(error, "option_name", "") or ""
    param = getattr(error, "param", None)
    if param is not None:
        option = "/".join(param.opts)
    if isinstance(error, click.NoSuchOption):
        zh = f"没有 {option} 这个选项。"
    elif isinstance(error, click.MissingParameter):
        zh = f"缺少 {option}。"
    elif isinstance(error, click.BadOptionUsage):
        zh = f"选项 {option} 后面缺少取值，或不该有取值。"
    elif isinstance(error, click.BadParameter):
        zh = f"{option or '参数'} 的取值不能用（{error.message}）"
    elif error.message.startswith("No such command"):
        zh = "没有这个命令。"
    else:
        zh = f"命令行不能识别（{error.message}）"
    return zh + hint, error.format_message()


def _our_fault(error: Exception) -> int:
    if os.environ.get("QIFU_DEBUG") == "1":
        traceback.print_exception(error)
    from qifu.entry.theme import logging

    reference = logging.reference(error)
    if os.environ.get("QIFU_LOG_JSON") == "1":
        logging.write(error, "qifu.cli")
    say(
        f"程序出了错，不是您的输入有问题。请把参考号 {reference} 告诉管理员（设 QIFU_DEBUG=1 可看详情）。",
        f"The program failed; your input is not to blame. Reference {reference} (QIFU_DEBUG=1 shows more).",
    )
    return OUR_FAULT


def _silence_output() -> None:
    """Nobody reads our output any more: let the flush at exit go nowhere instead of complaining."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and give its exit code; never lets a traceback out."""
    language.set("zh")
    try:
        result: Any = shell.main(
            None if arguments is None else list(arguments), prog_name="qifu", standalone_mode=False
        )
        sys.stdout.flush()
        return result if type(result) is int else CLEAN
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except BadInput as refusal:
        say_refusal(refusal)
        return UNUSABLE
    except Refusal as refusal:
        say(refusal.message)
        return UNUSABLE
    except click.UsageError as error:
        say(*_misused(error))
        return UNUSABLE
    except click.ClickException as error:
        say(f"输入不能用：{error.format_message()}", error.format_message())
        return UNUSABLE
    except BrokenPipeError:
        _silence_output()
        return CLEAN
    except (KeyboardInterrupt, click.Abort):
        say("已中断。", "Interrupted.")
        return INTERRUPTED
    except Exception as error:
        return _our_fault(error)


def main() -> None:
    """Enter from the shell."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run())


if __name__ == "__main__":
    main()
