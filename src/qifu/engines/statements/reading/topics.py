"""What a section of the explanations is about, by its heading."""

from __future__ import annotations

import re

from qifu.engines.statements.words import compact, unnumbered

TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("hospitality", re.compile(r"三公")),
    ("fund", re.compile(r"政府性基金")),
    ("capital", re.compile(r"国有资本经营")),
    ("basic", re.compile(r"一般公共预算(财政拨款)?基本支出")),
    ("general", re.compile(r"一般公共预算(财政拨款)?支出")),
    ("fiscal", re.compile(r"财政拨款收入?支出?(决算|预算)?(总体)?|财政拨款收支")),
    ("operation", re.compile(r"机关运行经费")),
    ("procurement", re.compile(r"政府采购")),
    ("assets", re.compile(r"国有资产")),
    ("performance", re.compile(r"绩效")),
    ("overall", re.compile(r"收入支出(决算|预算)?总体|预算收支(情况)?总体|收支(决算|预算)?总体|收支(预算)?情况")),
    ("income", re.compile(r"收入(决算|预算)?(情况|总体)")),
    ("expenditure", re.compile(r"支出(决算|预算)?(情况|总体)")),
)


# matters that no evaluation report has a section on
OF_EXPLANATIONS = ("hospitality", "operation", "procurement", "assets", "fund", "capital")


def topic_of(heading: str) -> str:
    """What a section of the explanations is about, by its heading."""
    plain = compact(unnumbered(heading))
    return next((topic for topic, pattern in TOPICS if pattern.search(plain)), "")
