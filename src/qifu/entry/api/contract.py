"""The API object: how bodies are read, how answers are written, and what the description says of both."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, cast

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.types import DictStrAny

from qifu.entry.api import problems
from qifu.entry.api.bearers import Bearer
from qifu.entry.api.problems import Problem
from qifu.kernel.errors import Invalid

DESCRIPTION = """企业服务中心的开放接口。

- 凭令牌调用：`Authorization: Bearer qifu_…`；令牌属于一个账号或一个外部系统，可限定范围。
- 出错时返回 RFC 9457 问题文档（`application/problem+json`）。
- 列表按游标翻页：`{"items": […], "next": "…"|null}`，把 `next` 作为 `cursor` 传回即为下一页。
- 写入可带 `Idempotency-Key`：同一键重发得到同一结果，响应头 `Idempotent-Replay: true`。
- 时间为 ISO 8601，东八区（+08:00）。
"""
COMMON = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)
_FORBIDDEN = {chr(n) for n in range(32)} - {"\t", "\n", "\r"} | {"\x7f"}


class Reader(Parser):
    """Reads JSON strictly: no text that a database or a page could not hold, no numbers that are none."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        value = json.loads(request.body.decode("utf-8"), parse_constant=_refuse)
        _check(value)
        return cast(DictStrAny, value)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: HttpRequest
    ) -> DictStrAny:
        found: DictStrAny = {}
        for name, value in data.items():
            if isinstance(value, str):
                if not _is_text(value):
                    raise Invalid(f"{name!r} 含有不能使用的字符，请核对编码。", {name: "含有不能使用的字符。"})
                if value == "":
                    continue  # an empty filter is none
            found[name] = data.getlist(name) if name in list_fields else value
        return found


def _refuse(word: str) -> None:
    raise ValueError(word)


def _check(value: object) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and not _is_text(one):
            raise ValueError("text that cannot be kept")
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one


def _is_text(text: str) -> bool:
    """Whether it can be kept and shown: no control characters, no half of a surrogate pair."""
    return not _FORBIDDEN & set(text) and not any("\ud800" <= c <= "\udfff" for c in text)


class Writer(JSONRenderer):
    """Writes Chinese as it is."""

    json_dumps_params = {"ensure_ascii": False}


class Contract(NinjaAPI):
    """The API with a description that tells errors and scopes too."""

    def __init__(self, **given: Any) -> None:
        self._told: dict[str, OpenAPISchema] = {}
        super().__init__(**given)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        # it is the same for everybody and costs half a second: made once
        key = f"{path_prefix} {path_params}"
        if key not in self._told:
            told = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
            for methods in told["paths"].values():
                for operation in methods.values():
                    _tell(operation)
            self._told[key] = told
        return self._told[key]


def _tell(operation: DictStrAny) -> None:
    """Say of one operation in which media type errors come, with which headers, and which scope opens it."""
    if scope := operation.get("x-scope"):
        operation["security"] = [{"Bearer": [scope]}]
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            continue
        answer["description"] = problems.TITLES[int(status)]
        answer["content"] = {problems.MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        name = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(int(status))
        if name:
            answer["headers"] = {name: {"schema": {"type": "string"}, "required": True}}


def told(scope: str, answers: dict[int, Any], *more: int) -> dict[str, Any]:
    """Return what every operation declares: its scope, its answers, and how it refuses."""
    errors = frozenset({*COMMON, *more})
    extra: dict[str, Any] = {"x-scope": scope} if scope else {}
    return {"auth": Bearer(scope), "response": {**answers, errors: Problem}, "openapi_extra": extra}


def only_known(request: HttpRequest, names: Iterable[str]) -> None:
    """Refuse a filter that is not known: a typing error must not answer the whole list.

    :raises Invalid: some name is unknown.
    """
    unknown = {name: "没有这个筛选项。" for name in request.GET if name not in set(names)}
    if unknown:
        raise Invalid(f"没有这样的筛选项：{'、'.join(sorted(unknown))}。", unknown)
