"""What is odd about a policy that can be used: a code of no table, a condition that nobody or everybody meets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from qifu.engines.codes import industries
from qifu.engines.eligibility import Policy, compile_policies, is_listed, shown
from qifu.engines.eligibility.conditions import Comparison, Membership
from qifu.engines.eligibility.fields import Field
from qifu.engines.eligibility.programs import FALSE, TRUE

NAMED = 5  # values of one clause that are written out


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something odd: in which policy, where, and what."""

    policy: str
    path: str
    zh: str
    en: str


def doubts(policy: Policy, on: date | None) -> Iterator[Doubt]:
    """Yield what an editor should look at before the policy is used."""
    library = compile_policies([policy])
    root = library.roots[0]
    if root in (FALSE, TRUE):
        who_zh, who_en = ("没有企业", "nobody") if root == FALSE else ("所有企业都", "everybody")
        yield Doubt(policy.id, "$.when", f"{who_zh}符合这个条件。", f"{who_en} meets this condition.")
    if on is not None and policy.effective_to and policy.effective_to < on:
        yield Doubt(
            policy.id, "$.effective_to", f"已于 {policy.effective_to} 失效。", f"lapsed on {policy.effective_to}."
        )
    for each in library.traces[0]:
        node = each.node
        if isinstance(node, Membership):
            yield from _of_list(policy, node)
        elif isinstance(node, Comparison):
            yield from _of_comparison(policy, node)


def _of_list(policy: Policy, node: Membership) -> Iterator[Doubt]:
    if not node.values:
        yield Doubt(policy.id, node.path, "列表是空的，没有企业符合。", "the list is empty: nobody fits.")
    for value in node.values:
        if node.operator == "starts_with" and value == "":
            yield Doubt(policy.id, node.path, "开头是空的，谁都符合。", "an empty prefix: everybody fits.")
    unlisted = [value for value in node.values if value != "" and not _is_code(node.field, value)]
    if unlisted:
        yield _unlisted(policy, node.path, node.field, unlisted)


def _of_comparison(policy: Policy, node: Comparison) -> Iterator[Doubt]:
    field = node.fields[0]
    for value in node.operands:
        if not isinstance(value, Field) and not _is_code(field, value):
            yield _unlisted(policy, node.path, field, [value])
    if len(node.operands) == 3 and len(node.fields) == 1 and isinstance(node.operands[1], Field):
        low, high = node.operands[0], node.operands[2]
        assert isinstance(low, float)
        assert isinstance(high, float)
        if low > high:
            yield Doubt(policy.id, node.path, "下限大于上限，没有企业符合。", "the bounds are crossed: nobody fits.")


def _is_code(field: Field, value: object) -> bool:
    if field.type == "code":
        return industries.is_known(str(value))
    return not isinstance(value, str | bool | float) or is_listed(field, value)


def _unlisted(policy: Policy, path: str, field: Field, values: Sequence[object]) -> Doubt:
    """The values of one clause that no table holds: the first of them, and how many there are."""
    first = [shown(value) for value in values[:NAMED]]
    zh, en = "、".join(f"“{each}”" for each in first), ", ".join(f"“{each}”" for each in first)
    if len(values) > NAMED:
        zh, en = f"{zh}等 {len(values)} 个", f"{en} and {len(values) - NAMED} more"
    verb = "is" if len(values) == 1 else "are"
    return Doubt(
        policy.id, path, f"{field.label}{zh}不在代码表中，请核对。", f"{en} {verb} not in the table of {field.name}."
    )
