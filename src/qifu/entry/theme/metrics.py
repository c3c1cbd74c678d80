"""`GET /metrics`: what Prometheus reads. Open to a token with the scope `metrics:read`, and to this machine itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from qifu.domain.appeals.queries.standing import open_by_state
from qifu.domain.people.queries import actor_of_token
from qifu.entry.theme import measures
from qifu.kernel.actor import SYSTEM
from qifu.kernel.outbox import queries as outbox

SCOPE = "metrics:read"
CLOSED = "监控数据只对本机和含 metrics:read 范围的令牌开放。\n"
FORWARDED = (
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "Via",
)  # somebody stands between: the address is not the caller's
Sample = tuple[dict[str, str], float]


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Counts and durations of requests, the queue, open cases by state; nothing about people. Who asks is a program: it is
    refused in its own way, not sent to the sign-in."""
    if not _is_here(request) and (status := _refused(request)):
        refused = HttpResponse(CLOSED, status=status, content_type="text/plain; charset=utf-8")
        refused["WWW-Authenticate"] = 'Bearer realm="qifu"'
        return refused
    text = "\n".join([*_requests(), *_queue(request), *_cases(), ""])
    return HttpResponse(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _is_here(request: HttpRequest) -> bool:
    here = request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1")
    return here and not any(name in request.headers for name in FORWARDED)


def _refused(request: HttpRequest) -> int:
    """401 without a good token, 403 with one that lacks the scope, 0 with one that has it."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    found = actor_of_token(token.strip(), request.now) if kind.lower() == "bearer" and token else None  # type: ignore[attr-defined]
    if found is None:
        return 401
    return 0 if SCOPE in found[0].scopes else 403


def _requests() -> Iterator[str]:
    counted = measures.HERE.everywhere()
    answers = sorted(counted.answers.items())
    yield from _told(
        "qifu_requests_total", "counter", "answers by view and status",
        [({"view": view, "status": str(status)}, n) for (view, status), n in answers],
    )  # fmt: skip
    yield "# HELP qifu_request_seconds how long requests took, by route"
    yield "# TYPE qifu_request_seconds histogram"
    for route, span in sorted(counted.spans.items()):
        passed = 0
        for bound, n in zip((*map(str, measures.BOUNDS), "+Inf"), span.buckets, strict=True):
            passed += n
            yield _line("qifu_request_seconds_bucket", {"route": route, "le": bound}, passed)
        yield _line("qifu_request_seconds_sum", {"route": route}, round(span.total, 6))
        yield _line("qifu_request_seconds_count", {"route": route}, passed)


def _queue(request: HttpRequest) -> Iterator[str]:
    now = request.now  # type: ignore[attr-defined]
    counts, health = outbox.counts(SYSTEM, now=now), outbox.health(now=now)
    items = [
        ({"channel": channel, "state": state}, float(n))
        for channel, row in sorted(counts.items())
        for state, n in sorted(row.items())
        if state in ("waiting", "running", "parked")
    ]
    yield from _told("qifu_queue_items", "gauge", "items of the queue by channel and state", items)
    oldest: list[Sample] = [({}, round(health.oldest_due_seconds, 3))]
    yield from _told("qifu_queue_oldest_due_seconds", "gauge", "age of the item due longest", oldest)
    yield from _told("qifu_workers", "gauge", "workers seen within half a minute", [({}, health.workers)])


def _cases() -> Iterator[str]:
    rows = [({"state": state}, float(n)) for state, n in open_by_state().items()]
    yield from _told("qifu_open_cases", "gauge", "open cases by state", rows)


def _told(name: str, kind: str, what: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {what}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield _line(name, labels, value)


def _line(name: str, labels: dict[str, str], value: float) -> str:
    inner = ",".join(f'{key}="{_safe(text)}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {value:g}" if inner else f"{name} {value:g}"


def _safe(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
