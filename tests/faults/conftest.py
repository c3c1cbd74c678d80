"""What trials share: the ground they stand on, houses that are served, and a line that says what was seen under which seed.

QIFU_TRIALS=N plays N times as much as usual; QIFU_SEED=N draws another course.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults import ground as grounds
from tests.faults.ground import SEED, Ground
from tests.faults.served import Site


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with grounds.made(tmp_path_factory.mktemp("ground")) as found:
        yield found


@pytest.fixture
def site(ground: Ground, tmp_path: Path) -> Iterator[Site]:
    """A site on a database of its own; nothing of it runs yet."""
    with ground.copy() as environment:
        made = Site(tmp_path, environment, ground.cast)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def tell(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """Print what a trial has seen, whether it passes or not: a course can be played again by its seed."""

    def told(**figures: object) -> None:
        with capsys.disabled():
            print(f"\n{request.node.name} {json.dumps({'seed': SEED, **figures}, ensure_ascii=False, default=str)}")

    return told
