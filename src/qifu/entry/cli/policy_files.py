"""Files of policies as JSON: read into policies, or refused by file, policy and path."""

from __future__ import annotations

import json
import re
from pathlib import Path

from qifu.engines.eligibility import Doubled, Policy, Refused, catalogue, misfits, read_policies, read_policy, shown

from .speak import BadInput

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]')
_ENCODINGS = ("utf-8-sig", "gb18030")


def read_bytes(file: str) -> bytes:
    """Read a file. :raises BadInput: it is not there, or cannot be read."""
    try:
        return Path(file).read_bytes()
    except FileNotFoundError:
        raise BadInput("没有这个文件。", "No such file.", where=file) from None
    except IsADirectoryError:
        raise BadInput("这是文件夹，不是文件。", "This is a folder, not a file.", where=file) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "路径不能用"
        raise BadInput(f"文件读不了（{why}）。", f"Cannot read: {why}.", where=file) from None


def decode(raw: bytes, file: str) -> str:
    """Read text in UTF-8 (with or without BOM) or GB18030. :raises BadInput: in neither."""
    if b"\0" not in raw:
        for encoding in _ENCODINGS:
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise BadInput("不是 UTF-8 或 GB18030 的文本文件。", "Not a text file in UTF-8 or GB18030.", where=file)


def load(file: str) -> object:
    """Read the JSON of a file. :raises BadInput: it is not JSON, or nested beyond any sense."""
    text = decode(read_bytes(file), file)
    try:
        return json.loads(text, object_pairs_hook=_object)
    except RecursionError:
        name = _deepest(text)
        raise BadInput(
            f"政策 {name} 的 $.when：条件嵌套太深，请改写。", f"policy {name}, $.when: nested too deep", where=file
        ) from None
    except json.JSONDecodeError as error:
        raise BadInput(
            f"不是 JSON：第 {error.lineno} 行第 {error.colno} 个字符处有错。",
            f"Not JSON: line {error.lineno} column {error.colno}.",
            where=file,
        ) from None
    except ValueError:  # a number of thousands of digits
        raise BadInput("JSON 中有过长的数字。", "The JSON holds a number that is too long.", where=file) from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    held = dict(pairs)
    return held if len(held) == len(pairs) else Doubled(held)


def _deepest(text: str) -> str:
    """Name the policy in which brackets are nested deepest, by its id or its place in the list."""
    depth, most, place, name = 0, 0, 1, ""
    deepest = (0, "")
    before = ("", "")
    for mark in (match[0] for match in _TOKEN.finditer(text)):
        depth += (mark in "[{") - (mark in "]}")
        most = max(most, depth)
        if depth == 2 and before == ('"id"', ":") and mark[0] == '"':
            name = mark[1:-1][:40]
        if depth <= 1 and mark in ",]}":
            deepest = max(deepest, (most, name or f"（第 {place} 项）"))
            if mark == ",":
                most, place, name = 0, place + 1, ""
        before = (before[1], mark)
    return deepest[1] or f"（第 {place} 项）"


def policies(file: str) -> tuple[Policy, ...]:
    """Read the policies of a file. :raises BadInput: the first that cannot be used, with its path."""
    try:
        return read_policies(load(file))
    except Refused as refusal:
        raise BadInput(str(refusal), refusal.english, where=file) from None


def each_policy(file: str) -> tuple[list[Policy], list[Refused]]:
    """Read what can be read, and every refusal. :raises BadInput: the file itself cannot be used."""
    raw = load(file)
    if not isinstance(raw, list):
        raise BadInput("政策文件应是 JSON 列表。", "policies are a JSON list", where=file)
    kept: list[Policy] = []
    refused: list[Refused] = []
    seen: set[str] = set()
    for number, each in enumerate(raw, start=1):
        try:
            policy = read_policy(each, catalogue(), place=f"（第 {number} 项）")
            if policy.id in seen:
                raise Refused("同一编号的政策出现了两次。", "two policies have this id", path="$.id", policy=policy.id)
        except Refused as refusal:
            refused.append(refusal)
        else:
            seen.add(policy.id)
            kept.append(policy)
    named = {each["id"] for each in raw if isinstance(each, dict) and isinstance(each.get("id"), str)}
    misfit = list(misfits(kept, named))
    wrong = {each.policy for each in misfit}
    return [policy for policy in kept if shown(policy.id) not in wrong], refused + misfit
