"""What docs/rules/promises.md says is tested, is tested."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOLD = (ROOT / "docs" / "rules" / "promises.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", TOLD)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_exists(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not name or re.search(rf"^ *(?:def {name}\(|class {name}\b|{name} = )", text, re.M)


def test_every_promise_has_a_row() -> None:
    assert [f"T{n}" for n in range(1, 14)] == re.findall(r"^\| (T\d+) ", TOLD, re.M)
    assert len(NAMED) > 20
