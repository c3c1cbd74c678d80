"""Policies as the engine takes them: an id, a title, days of force and a condition; read from JSON or refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from .conditions import Doubled, Node, Refused, parse, shown
from .fields import Field, catalogue

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Policy:
    """One item of a policy and who fits it; both days are in force, None is open."""

    id: str
    title: str
    when: Node
    effective_from: date | None = None
    effective_to: date | None = None
    excludes: tuple[str, ...] = ()  # ids of policies that cannot be had together with this one

    def is_in_force(self, on: date) -> bool:
        """Whether the policy holds on this day."""
        return (self.effective_from or date.min) <= on <= (self.effective_to or date.max)


def read_policy(raw: object, fields: Mapping[str, Field] | None = None, *, place: str = "") -> Policy:
    """Read one policy from JSON; `place` names it while its id is not known.

    :raises Refused: with policy and path.
    """
    try:
        return _read(raw, catalogue() if fields is None else fields)
    except Refused as refusal:
        name = raw.get("id") if isinstance(raw, dict) else None
        refusal.policy = shown(name) if isinstance(name, str) and name.strip() else place
        raise


def read_policies(raw: object, fields: Mapping[str, Field] | None = None) -> tuple[Policy, ...]:
    """Read a list of policies from JSON; the first that cannot be used refuses all.

    :raises Refused: with policy and path.
    """
    if not isinstance(raw, list):
        raise Refused("政策文件应是 JSON 列表。", "policies are a JSON list", path="$")
    found = tuple(read_policy(each, fields, place=f"（第 {n} 项）") for n, each in enumerate(raw, start=1))
    _no_doubles(found)
    return found


def misfits(policies: Sequence[Policy], known: Collection[str]) -> Iterator[Refused]:
    """Yield what is wrong between policies: one that excludes itself or what is not `known`, and exclusions that run in a circle.

    An exclusion that both sides state is one between equals. One that only one side states gives way to the other; where
    such run in a circle nobody could say which is to be had.
    """
    one_sided: dict[str, list[tuple[int, str]]] = {}
    by_id = {each.id: each for each in policies}
    for policy in policies:
        for place, other in enumerate(policy.excludes):
            path = f"$.excludes[{place}]"
            if other == policy.id:
                yield Refused(
                    "一项政策不能与自己互斥。", "a policy excludes itself", path=path, policy=shown(policy.id)
                )
            elif other not in known:
                yield Refused(
                    f"互斥的“{shown(other)}”不在这个文件里。",
                    f"no policy “{shown(other)}”",
                    path=path,
                    policy=shown(policy.id),
                )
            elif other in by_id and policy.id not in by_id[other].excludes:
                one_sided.setdefault(policy.id, []).append((place, other))
    yield from _circles(one_sided)


def _circles(edges: Mapping[str, Sequence[tuple[int, str]]]) -> Iterator[Refused]:
    """Yield each edge that closes a circle, found by walking depth first without recursion."""
    state: dict[str, int] = {}  # 1 on the way, 2 done
    for first in edges:
        if first in state:
            continue
        way, state[first] = [(first, iter(edges[first]))], 1
        while way:
            here, rest = way[-1]
            step = next(rest, None)
            if step is None:
                state[here] = 2
                way.pop()
            elif state.get(step[1]) == 1:
                names = [name for name, _ in way]
                told = " → ".join(shown(name) for name in [*names[names.index(step[1]) :][:8], step[1]])
                yield Refused(
                    f"互斥绕成了圈：{told}。请在互斥的两项上都写明对方。", f"exclusions run in a circle: {told}",
                    path=f"$.excludes[{step[0]}]", policy=shown(here),
                )  # fmt: skip
            elif step[1] not in state:
                state[step[1]] = 1
                way.append((step[1], iter(edges.get(step[1], ()))))


def _no_doubles(policies: Iterable[Policy]) -> None:
    seen: set[str] = set()
    for policy in policies:
        if policy.id in seen:
            raise Refused(
                "同一编号的政策出现了两次。", "two policies have this id", path="$.id", policy=shown(policy.id)
            )
        seen.add(policy.id)


def _read(raw: object, fields: Mapping[str, Field]) -> Policy:
    if not isinstance(raw, dict):
        raise Refused("政策应是 JSON 对象。", "a policy is a JSON object", path="$")
    if isinstance(raw, Doubled):
        raise Refused("有一项写了两次，不知以哪个为准。", "a key is written twice", path="$")
    name = raw.get("id")
    if not isinstance(name, str) or not name.strip():
        raise Refused("缺少编号 id（文字）。", "id is missing (text)", path="$.id")
    if name.startswith(_FORMULA) or any(not letter.isprintable() for letter in name):
        raise Refused("编号不能以 = + - @ 开头，也不能含控制字符。", "the id begins like a formula", path="$.id")
    title = raw.get("title", "")
    if not isinstance(title, str):
        raise Refused("标题 title 应是文字。", "title is text", path="$.title")
    if "when" not in raw:
        raise Refused("缺少条件 when。", "when is missing", path="$.when")
    first, last = _day(raw, "effective_from"), _day(raw, "effective_to")
    if first and last and last < first:
        raise Refused("失效日期早于生效日期。", "effective_to is before effective_from", path="$.effective_to")
    return Policy(name, title or name, parse(raw["when"], fields), first, last, _excludes(raw))


def _excludes(raw: Mapping[str, object]) -> tuple[str, ...]:
    """The ids of policies that cannot be had together with this one."""
    given = raw.get("excludes") or []
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise Refused("互斥的政策 excludes 应是编号的列表。", "excludes is a list of ids", path="$.excludes")
    return tuple(given)


def _day(raw: Mapping[str, object], key: str) -> date | None:
    value = raw.get(key)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Refused(
        f"“{shown(value)}”不是日期，写法是 2026-09-30。",
        f"“{shown(value)}” is not a date (2026-09-30)",
        path=f"$.{key}",
    )
