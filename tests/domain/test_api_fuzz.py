"""Anything at all is sent to every operation: never a fault of ours, and every answer is as described."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from qifu.config.wsgi import application
from qifu.domain.appeals.flow import FLOWS
from qifu.domain.people import actions as people
from qifu.domain.registry.models import Agency
from qifu.entry.api import bearers
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW
from tests.stage import Stage

EXAMPLES = 24  # an operation and way of drawing; some 600 calls in all
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
STEPS = sorted({name for flow in FLOWS.values() for name in flow.steps})
NEEDS = sorted({need.name for flow in FLOWS.values() for step in flow.steps.values() for need in step.needs})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(
        ["D01", "scope", "solved", "1", "2026-10-12", "premises.parking"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


@pytest.fixture(autouse=True)
def kept_connection() -> Iterator[None]:
    """Let no request close the connection on which the test's own transaction runs."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def programs(stage: Stage, settings: Any) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Headers of a dispatcher, a handler, a contact and a system; and the numbers of cases in every state."""
    settings.QIFU_NOW, settings.API_RATE = NOW, 10**9
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    bearers.METER.forget()
    firm, contact = stage.firm, stage.contact
    Agency.objects.create(account_id=contact.account, enterprise=firm, role="owner", person="钱经理", since=NOW)
    system = people.create_service(actor=SYSTEM, now=NOW, name="市一站直通").pk
    whose = {
        "contact": (contact.account or 0, contact, []),
        "system": (system, SYSTEM, ["appeals:read", "appeals:write"]),
    }
    whose |= {name: (stage.house.accounts[name].pk, SYSTEM, []) for name in ("dispatcher", "handler")}
    headers = {}
    for name, (account, actor, scopes) in whose.items():
        made = people.issue_token(actor=actor, now=NOW, account=account, label="试", scopes=scopes)
        headers[name] = {"Authorization": f"Bearer {made.clear}"}
    states = ("submitted", "accepted", "dispatched", "working", "asking", "replied", "closed")
    numbers = [stage.to(state).number for state in states]
    numbers += [stage.to("settling", kind="complaint").number, stage.to("working", kind="assistance").number]
    return headers, numbers


def operations() -> list[tuple[str, str]]:
    schema = _schema()
    return [(op.ok().method.upper(), op.ok().path) for op in schema.get_all_operations()]


def _schema() -> Any:
    from qifu.entry.api.urls import api

    described = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    loaded = schemathesis.openapi.from_dict(json.loads(json.dumps(described, default=str)))
    loaded.app = application
    return loaded


def readable(value: Any) -> Any:
    """The same without characters that are refused outright, so that more gets past the reader."""
    if isinstance(value, dict):
        return {key: readable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [readable(inner) for inner in value]
    return "".join(c for c in value if c.isprintable()) or "字" if isinstance(value, str) else value


def is_beyond_json(value: Any) -> bool:
    """Whether a figure in it has no way of being written in JSON: the client itself refuses to send it."""
    if isinstance(value, dict | list):
        return any(map(is_beyond_json, value.values() if isinstance(value, dict) else value))
    return isinstance(value, float) and not math.isfinite(value)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), operations())
def test_anything_may_be_sent(programs: Any, method: str, path: str) -> None:
    headers, numbers = programs
    operation = _schema()[path][method]
    modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
    drawn = st.one_of(*[operation.as_strategy(generation_mode=mode) for mode in modes])

    @seed(20260930)
    @settings(
        max_examples=EXAMPLES * (8 if method == "POST" and "files" not in path else 2),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=drawn,
        who=st.sampled_from(sorted(headers)),
        number=st.sampled_from([None, *numbers]),
        step=st.sampled_from([None, *STEPS]),
        sent=st.none() | st.dictionaries(st.sampled_from([*NEEDS, "seq"]), JSON, max_size=4),
    )
    def run(case: Any, who: str, number: str | None, step: str | None, sent: dict[str, Any] | None) -> None:
        if path.endswith("/appeals") and isinstance(case.body, dict) and number:
            case.body = readable(case.body) | {"category": "premises.parking", "enterprise": None, "files": []}
        if number and "number" in (case.path_parameters or {}) and "appeals" in path:
            case.path_parameters["number"] = number
        if step and "step" in (case.path_parameters or {}):
            case.path_parameters["step"] = step
            if sent is not None:
                case.body, case.media_type = readable(sent), "application/json"
        if is_beyond_json(case.body):
            return
        case.call_and_validate(headers=headers[who], checks=CHECKS)

    run()
