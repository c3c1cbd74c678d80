"""A small collection for tests of pages: a source that works and one that fails, findings in every state."""

from __future__ import annotations

from datetime import timedelta

from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.collected import Finding, Source
from qifu.domain.policies.collection.actions import deciding, reporting, sources
from qifu.domain.policies.collection.actions.reporting import Page
from qifu.domain.policies.collection.actions.sources import Given, Outcome
from qifu.entry.intake.policies import collecting
from qifu.entry.intake.policies.extract import extract
from qifu.entry.intake.policies.pages import Read
from tests.conftest import NOW
from tests.domain.policy_site import long_text
from tests.stage import Stage


def fill(stage: Stage) -> dict[str, object]:
    """Fill the room; return what addresses mean."""
    editor = stage.house.actor("admin")
    row = sources.add(
        actor=editor, now=NOW, given=Given("区发改局文件", "district", "feed", "http://good.example.invalid/")
    )
    bad = sources.add(actor=editor, now=NOW, given=Given("市科技局", "city", "page", "http://bad.example.invalid/"))
    sources.end(now=NOW, source=row.pk, outcome=Outcome(new=4))
    sources.end(now=NOW, source=bad.pk, outcome=Outcome(problem="对方网站出错（502）。", is_failed=True))
    new, taken, ignored, like, changed = (
        keep(row, n, about) for n, about in enumerate(("租金", "研发", "会议", "租金", "稳岗"))
    )
    deciding.take(
        actor=editor, now=NOW, finding=taken.pk, seen=1, paper=Paper("district", taken.title, "江泽区发展和改革局")
    )
    deciding.ignore(actor=editor, now=NOW, finding=ignored.pk, why="是新闻报道", seen=1)
    text = changed.text.replace("工作日", "个工作日")
    reporting.report(now=NOW, source=row, page=Page(changed.url, changed.title, text + "\n最高奖励30万元。"))
    return {
        "source": row.pk, "failing_source": bad.pk, "finding": new.pk, "taken_finding": taken.pk,
        "ignored_finding": ignored.pk, "like_finding": like.pk, "changed_finding": changed.pk,
    }  # fmt: skip


def keep(source: Source, n: int, about: str) -> Finding:
    """A finding as a round would bring it home."""
    text = (
        f"{long_text(about)}\n本办法自2026年10月1日起施行，有效期3年。\n对软件和信息技术服务业企业给予最高50万元补助。"
    )
    told = extract(text)
    page = Page(
        f"http://good.example.invalid/{n}.html", f"关于{about}的第{n}号通知", text, f"江府规〔2026〕{n + 1}号",
        NOW.date(), collecting.said(told, "江泽区发展和改革局", Read("", text)),
    )  # fmt: skip
    reporting.report(now=NOW - timedelta(days=3), source=source, page=page)
    return Finding.objects.get(url=page.url)
