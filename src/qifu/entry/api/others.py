"""What cases refer to: categories, units, enterprises, files; and who calls."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Path, Query, Router, UploadedFile
from ninja.responses import Status

from qifu.domain.appeals.queries.catalogue import categories
from qifu.domain.people import queries as people
from qifu.domain.registry import queries as registry
from qifu.entry.api import reading
from qifu.entry.api.bearers import ROOM_SCOPES, ApiRequest
from qifu.entry.api.contract import only_known, told
from qifu.entry.api.handed import EnterpriseFilters
from qifu.entry.api.problems import LARGE, TooLarge
from qifu.entry.api.shapes import CategoryList, EnterpriseOut, EnterprisePage, FileOut, MeOut, UnitList
from qifu.entry.api.values import Id
from qifu.kernel.files.actions import keep

router = Router()
ENTERPRISES = "enterprises:read"


@router.post("/files", **told("appeals:write", {201: FileOut}), summary="上传附件", tags=["附件"])
def upload(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Keep a file and return its id, to be named in `files` of a case or a step by the same caller."""
    asked = cast(ApiRequest, request)
    if (file.size or 0) > settings.UPLOAD_LIMIT:
        raise TooLarge(LARGE)
    kept = keep(actor=asked.actor, now=asked.now, file=cast(BinaryIO, file.file), name=file.name or "附件")
    return Status(201, {"id": kept.pk, "name": kept.name, "kind": kept.kind, "size": kept.size})


@router.get("/categories", **told("", {200: CategoryList}), summary="分类", tags=["目录"])
def list_categories(request: HttpRequest) -> Any:
    """Return the categories in use; a case takes the code of one that has a parent."""
    held = categories().by_id
    items = [
        {
            "id": c.id,
            "code": c.code,
            "name": c.name,
            "parent": held[c.parent].code if c.parent else None,
            "unit": c.unit,
        }
        for c in held.values()
        if c.is_active
    ]
    return {"items": items, "next": None}


@router.get("/units", **told("", {200: UnitList}), summary="单位", tags=["目录"])
def list_units(request: HttpRequest) -> Any:
    """Return the units in use, in the order of the tree."""
    return {"items": [asdict(unit) for unit in people.units()], "next": None}


@router.get("/enterprises", **told(ENTERPRISES, {200: EnterprisePage}), summary="企业列表", tags=["企业"])
def list_enterprises(request: HttpRequest, filters: Query[EnterpriseFilters]) -> Any:
    """Return the enterprises that the caller may see."""
    asked = cast(ApiRequest, request)
    only_known(request, EnterpriseFilters.model_fields)
    cut = registry.Filters(
        street=reading.unit(filters.street, "street") if filters.street else None,
        section=filters.section or "",
        size=filters.size_class or "",
        mark=filters.mark or "",
        status=filters.status or "",
    )
    page = registry.search(asked.actor, filters.q or "", cut, reading.opened(filters.cursor), size=filters.size)
    return {"items": [_brief(row) for row in page.items], "next": reading.sealed(page.next)}


@router.get("/enterprises/{number}", **told(ENTERPRISES, {200: EnterpriseOut}), summary="一家企业", tags=["企业"])
def show_enterprise(request: HttpRequest, number: Path[Id]) -> Any:
    """Return the identity of one enterprise."""
    asked = cast(ApiRequest, request)
    found = registry.enterprise(asked.actor, number)
    capital = found.registered_capital
    return {
        **_brief(found.brief),
        "legal_form": found.legal_form,
        "registered_on": found.registered_on,
        "registered_capital": f"{capital.normalize():f}" if capital is not None else None,
        "employees": found.employees,
        "address": found.address,
        "phone_masked": found.phone,
        "former_names": [name for name, _ in found.former_names],
        "held": [asdict(mark) for mark in found.marks],
        "updated": found.updated,
    }


@router.get("/me", **told("", {200: MeOut}), summary="令牌属于谁", tags=["目录"])
def me(request: HttpRequest) -> Any:
    """Return who calls, with what rights."""
    actor = cast(ApiRequest, request).actor
    return {
        "id": actor.account,
        "kind": actor.kind,
        "name": actor.name,
        "scopes": sorted(actor.scopes - set(ROOM_SCOPES.values())),
        "posts": [
            {"unit": post.unit, "role": post.role.value, "label": post.role.label, "for_account": post.for_account}
            for post in actor.posts
        ],
        "enterprises": [{"enterprise": held.enterprise, "role": held.role} for held in actor.agencies],
    }


def _brief(row: registry.Brief) -> dict[str, Any]:
    return asdict(row) | {"industry_name": row.industry_name, "marks": list(row.marks)}
