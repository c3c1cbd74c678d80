"""How each page is reached: who looks, where, and what was done there before. An address without a row fails a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import PASSWORD

if TYPE_CHECKING:
    from tests.journeys.served import Visit


@dataclass(frozen=True)
class Look:
    """One look at a page: `path` names things of the world in braces; `then` is what is done there first."""

    who: str  # a member's user name, or visitor, contact, claimant, stranger
    path: str
    then: Callable[[Visit], object] | None = None
    status: int = 200


def _press(name: str, folded: str = "", **typed: str) -> Callable[[Visit], object]:
    """Fill fields and press a button; what is folded away under a summary is opened first."""

    def act(visit: Visit) -> None:
        if folded:
            visit.open(folded)
        for label, text in typed.items():
            visit.fill(label, text)
        visit.press(name)

    return act


def _lock(visit: Visit) -> None:
    for _ in range(5):
        visit.fill("用户名", "taxman").fill("密码", "wrong").press("登录")


def _confirm(visit: Visit) -> None:
    """Say once more who one is, where that is asked."""
    if "/me/confirm/" in visit.page.url:
        visit.fill("密码", PASSWORD).press("确认")


def _enter(visit: Visit) -> None:
    """Enter a case that refers to one that there is not."""
    visit.fill("标题", "一句话").fill("内容", "说明").choose("分类", "停车").fill("关联的原事项", "QS1")
    visit.press("登记，生成受理编号")


def _transfer(visit: Visit) -> None:
    """Look at several transfers before they are carried out."""
    visit.page.locator("[data-pick-all]").first.check()
    visit.press("批量转办…")


def _show(query: str) -> Callable[[Visit], object]:
    """Open what unfolds or covers the page."""
    return lambda visit: visit.page.locator(query).first.click()


PAGES: dict[str, tuple[Look, ...]] = {
    # For everybody
    "": (Look("visitor", "/"), Look("contact", "/"), Look("stranger", "/")),
    "help/": (Look("visitor", "/help/"), Look("contact", "/help/?q=停车")),
    "open/": (Look("visitor", "/open/"),),
    "demo/messages/": (Look("visitor", "/demo/messages/"),),
    "guide/": (Look("visitor", "/guide/"),),
    "guide/<slug:face>/": tuple(Look("visitor", f"/guide/{face}/") for face in ("desk", "board", "field")),
    # Signing in
    "sign-in/": (
        Look("visitor", "/sign-in/", _press("登录", 用户名="handler", 密码="wrong")),
        Look("visitor", "/sign-in/", _lock),
    ),
    "sign-in/second/": (Look("visitor", "/sign-in/", _press("登录", 用户名="colleague", 密码=PASSWORD)),),
    "sign-in/inactive/": (Look("visitor", "/sign-in/inactive/", status=403),),
    "sign-in/phone/": (
        Look("visitor", "/sign-in/phone/"),
        Look("visitor", "/sign-in/phone/", _press("获取验证码", 手机号="12")),
    ),
    "sign-in/phone/code/": (Look("visitor", "/sign-in/phone/", _press("获取验证码", 手机号="15400008888")),),
    # One's own account
    "me/": (Look("contact", "/me/"), Look("handler", "/me/")),
    "me/phone/": (Look("contact", "/me/phone/"),),
    "me/phone/code/": (Look("contact", "/me/phone/", _press("获取验证码", 手机号="15400007777")),),
    "me/password/": (Look("handler", "/me/password/"), Look("newcomer", "/me/password/")),
    "me/sessions/": (Look("contact", "/me/sessions/"), Look("handler", "/me/sessions/")),
    "me/confirm/": (Look("handler", "/me/confirm/"),),
    "me/confirm/second/": (Look("colleague", "/me/confirm/second/"),),
    "me/two-step/": (Look("handler", "/me/two-step/"), Look("colleague", "/me/two-step/")),
    "me/two-step/set-up/": (Look("handler", "/me/two-step/set-up/", _confirm),),
    "me/two-step/off/": (Look("colleague", "/me/two-step/off/", _confirm),),
    "me/two-step/codes/": (Look("colleague", "/me/two-step/codes/", _confirm),),
    "me/two-step/codes/new/": (Look("colleague", "/me/two-step/codes/new/", _confirm),),
    # An enterprise's cases
    "cases/": (Look("contact", "/cases/"), Look("contact", "/cases/?tab=done"), Look("stranger", "/cases/")),
    "cases/new/": (
        Look("contact", "/cases/new/"),
        Look("contact", "/cases/new/", _press("提交")),
        Look("stranger", "/cases/new/"),
    ),
    "cases/<str:number>/": tuple(
        Look("contact", f"/cases/{{{name}}}/")
        for name in ("submitted", "asking", "joint", "replied", "second", "rated", "declined", "withdrawn", "errand")
    ),
    "cases/<str:number>/receipt/": (Look("contact", "/cases/{submitted}/receipt/"),),
    "messages/": (Look("contact", "/messages/"), Look("stranger", "/messages/")),
    # An enterprise itself
    "my/enterprises/": (
        Look("contact", "/my/enterprises/"),
        Look("claimant", "/my/enterprises/"),
        Look("stranger", "/my/enterprises/"),
    ),
    "my/enterprises/certify/": (
        Look("contact", "/my/enterprises/certify/"),
        Look("contact", "/my/enterprises/certify/", _press("提交审核")),
    ),
    "my/enterprises/<int:number>/": (Look("contact", "/my/enterprises/{firm}/"),),
    "my/enterprises/<int:number>/profile/": (Look("contact", "/my/enterprises/{firm}/profile/"),),
    "my/enterprises/<int:number>/profile/<slug:field>/": (
        Look("contact", "/my/enterprises/{firm}/profile/rd_expense/"),
        Look("contact", "/my/enterprises/{firm}/profile/name/"),
    ),
    # Work on cases
    "desk/": (
        Look("dispatcher", "/desk/"),
        Look("dispatcher", "/desk/?scope=extension"),
        Look("dispatcher", "/desk/?scope=call"),
        Look("handler", "/desk/"),
        Look("leader", "/desk/"),
    ),
    "desk/cases/": (Look("dispatcher", "/desk/cases/"), Look("dispatcher", "/desk/cases/?q=没有这样的事项")),
    "desk/supervision/": (Look("supervisor", "/desk/supervision/"),),
    "desk/cases/<str:number>/": (
        *(
            Look("dispatcher", f"/desk/cases/{{{name}}}/")
            for name in ("submitted", "accepted", "joint", "rated", "petition")
        ),
        *(
            Look("handler", f"/desk/cases/{{{name}}}/")
            for name in ("dispatched", "working", "asking", "joint", "complaint", "errand")
        ),
        Look("supervisor", "/desk/cases/{disputed}/"),
        Look("leader", "/desk/cases/{second}/"),
        Look("dispatcher", "/desk/cases/{joint}/", _show("[data-unmask]")),
        Look("dispatcher", "/desk/cases/{joint}/", _show("[data-opens='#keys']")),
    ),
    "desk/batch/": (Look("dispatcher", "/desk/?scope=dispatch", _transfer),),
    "desk/new/": (
        Look("dispatcher", "/desk/new/"),
        Look("dispatcher", "/desk/new/?way=petition"),
        Look("dispatcher", "/desk/new/", _enter),
    ),
    "desk/templates/": (Look("handler", "/desk/templates/"), Look("supervisor", "/desk/templates/")),
    "desk/templates/new/": (Look("handler", "/desk/templates/new/"),),
    "desk/templates/<int:template>/": (Look("handler", "/desk/templates/{template}/"),),
    # Registry, buildings, knowledge
    "desk/enterprises/": (Look("dispatcher", "/desk/enterprises/"), Look("dispatcher", "/desk/enterprises/?q=没有")),
    "desk/enterprises/segments/": (Look("dispatcher", "/desk/enterprises/segments/"),),
    "desk/exports/": (Look("dispatcher", "/desk/exports/"), Look("handler", "/desk/exports/")),
    "desk/enterprises/<int:number>/": (Look("dispatcher", "/desk/enterprises/{firm}/"),),
    "desk/enterprises/<int:number>/file/": (Look("dispatcher", "/desk/enterprises/{firm}/file/"),),
    "desk/analysis/": (Look("leader", "/desk/analysis/"),),
    "desk/measures/": (Look("leader", "/desk/measures/"), Look("leader", "/desk/measures/?q=没有这样的")),
    "desk/measures/<str:name>/": (
        Look("accountant", "/desk/measures/appeals.reply/"),
        Look("leader", "/desk/measures/estate.buildings/"),
    ),
    "desk/measures/<str:name>/rows/": (Look("leader", "/desk/measures/appeals.reply/rows/?part=met"),),
    "desk/measures/monthly/": (Look("leader", "/desk/measures/monthly/"),),
    "desk/measures/snapshots/<int:number>/": (Look("leader", "/desk/measures/snapshots/{snapshot}/"),),
    "desk/performance/": (Look("accountant", "/desk/performance/"), Look("leader", "/desk/performance/?year=2031")),
    "desk/performance/new/": (Look("accountant", "/desk/performance/new/"),),
    "desk/performance/<int:number>/": (
        Look("accountant", "/desk/performance/{plan}/"),
        Look("leader", "/desk/performance/{plan}/"),
    ),
    "accounts/": (Look("visitor", "/accounts/"),),
    "accounts/<int:number>/": (Look("visitor", "/accounts/{published_account}/"),),
    "accounts/<int:number>/figure/": (Look("visitor", "/accounts/{published_account}/figure/?at=cell/T05//total"),),
    "desk/accounts/": (Look("accountant", "/desk/accounts/"),),
    "desk/accounts/<int:number>/": (
        Look("accountant", "/desk/accounts/{final_account}/"),
        Look("leader", "/desk/accounts/{published_account}/"),
    ),
    "desk/accounts/<int:number>/text/": (Look("accountant", "/desk/accounts/{final_account}/text/"),),
    "desk/accounts/<int:number>/figure/": (
        Look("accountant", "/desk/accounts/{final_account}/figure/?at=cell/T05//total"),
    ),
    "desk/accounts/<int:number>/since/": (Look("leader", "/desk/accounts/{published_account}/since/"),),
    "desk/budget/": (Look("accountant", "/desk/budget/"), Look("leader", "/desk/budget/?year=2031")),
    "desk/budget/subjects/": (Look("accountant", "/desk/budget/subjects/"),),
    "desk/budget/projects/<int:number>/": (Look("leader", "/desk/budget/projects/{project}/"),),
    "desk/budget/versions/": (Look("accountant", "/desk/budget/versions/"),),
    "desk/budget/versions/<int:number>/": (Look("treasurer", "/desk/budget/versions/{budget_draft}/"),),
    "desk/budget/year/": (Look("accountant", "/desk/budget/year/"),),
    "desk/budget/vouchers/": (
        Look("accountant", "/desk/budget/vouchers/"),
        Look("accountant", "/desk/budget/vouchers/?q=没有"),
    ),
    "desk/budget/vouchers/<int:number>/": (Look("accountant", "/desk/budget/vouchers/{voucher}/"),),
    "desk/budget/imports/": (Look("accountant", "/desk/budget/imports/"),),
    "desk/budget/imports/<int:number>/": (Look("accountant", "/desk/budget/imports/{voucher_import}/"),),
    "field/": (Look("specialist", "/field/"), Look("handler", "/field/")),
    "stations/": (Look("visitor", "/stations/"), Look("visitor", "/stations/?q=没有这样的")),
    "stations/<int:unit>/": (Look("visitor", "/stations/{station_unit}/"),),
    "my/enterprises/<int:number>/specialist/": (Look("contact", "/my/enterprises/{firm}/specialist/"),),
    "desk/visits/": (
        Look("dispatcher", "/desk/visits/"),
        Look("taxman", "/desk/visits/?state=done"),
        Look("street", "/desk/visits/?q=没有这样的"),
    ),
    "desk/visits/new/": (Look("dispatcher", "/desk/visits/new/"),),
    "desk/visits/calendar/": (Look("handler", "/desk/visits/calendar/"),),
    "desk/visits/unseen/": (
        Look("dispatcher", "/desk/visits/unseen/"),
        Look("leader", "/desk/visits/unseen/?span=all&mark=key"),
    ),
    "desk/visits/plans/": (Look("dispatcher", "/desk/visits/plans/"), Look("leader", "/desk/visits/plans/")),
    "desk/visits/plans/<int:number>/": (
        Look("dispatcher", "/desk/visits/plans/{visit_plan}/"),
        Look("leader", "/desk/visits/plans/{visit_plan}/?rule=key"),
    ),
    "desk/visits/specialists/": (
        Look("dispatcher", "/desk/visits/specialists/"),
        Look("leader", "/desk/visits/specialists/?q=没有"),
    ),
    "desk/visits/specialists/deal/<int:street>/": (
        Look("dispatcher", "/desk/visits/specialists/deal/{visit_street}/"),
    ),
    "desk/visits/specialists/<int:account>/": (
        Look("dispatcher", "/desk/visits/specialists/{specialist}/"),
        Look("specialist", "/desk/visits/specialists/{specialist}/"),
    ),
    "desk/visits/stations/": (
        Look("leader", "/desk/visits/stations/"),
        Look("street", "/desk/visits/stations/?q=没有"),
    ),
    "desk/visits/stations/<int:unit>/": (
        Look("street", "/desk/visits/stations/{station_unit}/"),
        Look("leader", "/desk/visits/stations/{station_unit}/"),
    ),
    "desk/visits/<str:number>/": (
        Look("dispatcher", "/desk/visits/{visit}/"),
        Look("specialist", "/desk/visits/{told_visit}/"),
        Look("leader", "/desk/visits/{told_visit}/"),
    ),
    "desk/alerts/": (
        Look("dispatcher", "/desk/alerts/?state=all"),
        Look("street", "/desk/alerts/"),
        Look("dispatcher", "/desk/alerts/?q=没有"),
    ),
    "desk/alerts/<int:alert>/": (
        Look("street", "/desk/alerts/{alert}/"),
        Look("street", "/desk/alerts/{alert}/", _show("details summary")),
        Look("leader", "/desk/alerts/{alert}/"),
    ),
    "desk/alerts/rules/": (
        Look("supervisor", "/desk/alerts/rules/"),
        Look("supervisor", "/desk/alerts/rules/", _show("details summary")),
        Look("street", "/desk/alerts/rules/"),
    ),
    "desk/enterprises/<int:number>/fields/": (
        Look("dispatcher", "/desk/enterprises/{firm}/fields/"),
        Look("leader", "/desk/enterprises/{firm}/fields/"),
    ),
    "desk/enterprises/<int:number>/fields/<slug:field>/": (
        Look("handler", "/desk/enterprises/{firm}/fields/revenue/"),
    ),
    "desk/enterprises/<int:number>/merge/": (
        Look("dispatcher", "/desk/enterprises/{firm}/merge/"),
        Look("dispatcher", "/desk/enterprises/{firm}/merge/?other={other_firm}"),
    ),
    "desk/enterprises/<int:number>/split/": (Look("dispatcher", "/desk/enterprises/{firm}/split/"),),
    "desk/enterprises/rows/<int:number>/": (Look("dispatcher", "/desk/enterprises/rows/{source_row}/"),),
    "desk/enterprises/pairings/": (
        Look("dispatcher", "/desk/enterprises/pairings/"),
        Look("dispatcher", "/desk/enterprises/pairings/?state=same"),
    ),
    "desk/enterprises/pairings/<int:number>/": (Look("dispatcher", "/desk/enterprises/pairings/{pairing}/"),),
    "board/industries/": (Look("leader", "/board/industries/"),),
    "desk/enterprises/sources/": (Look("admin", "/desk/enterprises/sources/"),),
    "desk/enterprises/sources/asked/": (Look("dispatcher", "/desk/enterprises/sources/asked/"),),
    "desk/enterprises/greetings/": (Look("dispatcher", "/desk/enterprises/greetings/"),),
    "desk/enterprises/corrections/": (Look("dispatcher", "/desk/enterprises/corrections/"),),
    "desk/enterprises/corrections/<int:number>/": (Look("dispatcher", "/desk/enterprises/corrections/{correction}/"),),
    "desk/enterprises/classes/": (Look("leader", "/desk/enterprises/classes/"),),
    "desk/enterprises/classes/candidates/": (Look("leader", "/desk/enterprises/classes/candidates/"),),
    "desk/enterprises/classes/<slug:key>/": (Look("leader", "/desk/enterprises/classes/all/"),),
    "desk/enterprises/loads/<int:number>/rows/<slug:kind>/": (
        Look("dispatcher", "/desk/enterprises/loads/{done}/rows/new/"),
    ),
    "desk/enterprises/loads/": (Look("dispatcher", "/desk/enterprises/loads/"),),
    "desk/enterprises/loads/new/": (Look("dispatcher", "/desk/enterprises/loads/new/"),),
    "desk/enterprises/loads/<int:number>/": (
        Look("dispatcher", "/desk/enterprises/loads/{draft}/"),
        Look("dispatcher", "/desk/enterprises/loads/{done}/"),
    ),
    "desk/certifications/": (
        Look("dispatcher", "/desk/certifications/"),
        Look("dispatcher", "/desk/certifications/?state=approved"),
    ),
    "desk/certifications/<int:number>/": (Look("dispatcher", "/desk/certifications/{claim}/"),),
    "desk/buildings/": (
        Look("handler", "/desk/buildings/"),
        Look("dispatcher", "/desk/buildings/?on=2026-01-01&known=2026-02-01&sort=rent"),
        Look("handler", "/desk/buildings/?q=没有这样的楼"),
    ),
    "desk/buildings/map/": (
        Look("leader", "/desk/buildings/map/"),
        Look("leader", "/desk/buildings/map/?measure=tax"),
    ),
    "desk/buildings/confirmations/": (Look("supervisor", "/desk/buildings/confirmations/"),),
    "desk/buildings/lists/": (Look("dispatcher", "/desk/buildings/lists/"),),
    "desk/buildings/lists/<int:number>/": (Look("dispatcher", "/desk/buildings/lists/{tenant_list}/"),),
    "desk/buildings/<int:number>/": (
        Look("handler", "/desk/buildings/{building}/"),
        Look("dispatcher", "/desk/buildings/{building}/?by=expiry"),
        Look("street", "/desk/buildings/{building}/?by=industry"),
        Look("street", "/desk/buildings/{building}/?view=table"),
    ),
    "desk/rooms/<int:room>/": (
        Look("handler", "/desk/rooms/{room}/"),
        Look("street", "/desk/rooms/{room}/"),
        Look("street", "/desk/rooms/{empty_room}/"),
    ),
    "desk/rooms/<int:room>/let/": (
        Look("street", "/desk/rooms/{empty_room}/let/"),
        Look(
            "street", "/desk/rooms/{empty_room}/let/", _press("登记", 租户="某租户", 入驻日期="2026-09-01", 租金="-1")
        ),
    ),
    "desk/rooms/": (
        Look("handler", "/desk/rooms/"),
        Look("leader", "/desk/rooms/?state=to_let&sort=-area"),
        Look("handler", "/desk/rooms/?least=900000"),
    ),
    "desk/rooms/<int:room>/merge/": (
        Look("street", "/desk/rooms/{room}/merge/"),
        Look("street", "/desk/rooms/{room}/merge/", _press("合并")),
    ),
    "desk/rooms/<int:room>/split/": (
        Look("street", "/desk/rooms/{room}/split/?parts=3"),
        Look("street", "/desk/rooms/{room}/split/", _press("拆分")),
    ),
    "desk/rooms/<int:room>/facts/": (Look("street", "/desk/rooms/{empty_room}/facts/"),),
    "desk/tenancies/<int:tenancy>/": (Look("dispatcher", "/desk/tenancies/{tenancy}/"),),
    "desk/rounds/<int:round>/": (
        Look("street", "/desk/rounds/{round}/"),
        Look("dispatcher", "/desk/rounds/{round}/"),
    ),
    # Rooms to let, and whoever runs a building
    "events/": (
        Look("visitor", "/events/"),
        Look("contact", "/events/?view=calendar&month=2026-10"),
        Look("visitor", "/events/?q=没有"),
    ),
    "events/<int:number>/": (Look("visitor", "/events/{event}/"), Look("contact", "/events/{event}/")),
    "events/<int:number>/register/": (
        Look("contact", "/events/{event}/register/"),
        Look("contact", "/events/{event}/register/", _press("确认报名", 参加人手机号="12")),
    ),
    "my/events/": (Look("contact", "/my/events/"),),
    "my/events/<slug:code>/": (Look("contact", "/my/events/{ticket}/"),),
    "venues/": (Look("visitor", "/venues/"),),
    "venues/<int:number>/": (
        Look("visitor", "/venues/{venue}/"),
        Look("contact", "/venues/{venue}/?week=2026-10-12"),
    ),
    "desk/events/": (Look("dispatcher", "/desk/events/"), Look("leader", "/desk/events/?q=没有")),
    "desk/events/new/": (Look("dispatcher", "/desk/events/new/"),),
    "desk/events/<int:number>/": (Look("dispatcher", "/desk/events/{event}/"), Look("leader", "/desk/events/{event}/")),
    "desk/events/<int:number>/edit/": (Look("dispatcher", "/desk/events/{event}/edit/"),),
    "desk/events/<int:number>/audience/": (Look("dispatcher", "/desk/events/{event}/audience/"),),
    "desk/events/<int:number>/people/": (Look("dispatcher", "/desk/events/{event}/people/"),),
    "desk/events/reach/": (Look("leader", "/desk/events/reach/"), Look("dispatcher", "/desk/events/reach/?by=size")),
    "desk/events/door/<int:number>/": (Look("dispatcher", "/desk/events/door/{event}/"),),
    "desk/venues/": (Look("dispatcher", "/desk/venues/"),),
    "desk/venues/new/": (Look("dispatcher", "/desk/venues/new/"),),
    "desk/venues/bookings/": (Look("dispatcher", "/desk/venues/bookings/"),),
    "desk/venues/<int:number>/": (Look("leader", "/desk/venues/{venue}/?week=2026-10-12"),),
    "desk/venues/<int:number>/edit/": (Look("dispatcher", "/desk/venues/{venue}/edit/"),),
    "rooms/": (Look("visitor", "/rooms/"), Look("visitor", "/rooms/?least=9999")),
    "rooms/match/": (
        Look("visitor", "/rooms/match/"),
        Look("contact", "/rooms/match/?area=110&rent=50&section=I"),
        Look("visitor", "/rooms/match/?area=x"),
    ),
    "rooms/<int:room>/": (Look("visitor", "/rooms/{empty_room}/"),),
    "my/buildings/": (Look("louyu", "/my/buildings/"),),
    "my/buildings/<int:number>/": (Look("louyu", "/my/buildings/{building}/"),),
    "my/buildings/<int:number>/rooms/<int:room>/": (Look("louyu", "/my/buildings/{building}/rooms/{empty_room}/"),),
    "desk/knowledge/": (Look("handler", "/desk/knowledge/"),),
    "desk/knowledge/new/": (Look("handler", "/desk/knowledge/new/"),),
    "desk/knowledge/<int:number>/": (
        Look("supervisor", "/desk/knowledge/{drafted}/"),
        Look("handler", "/desk/knowledge/{known}/"),
    ),
    "desk/knowledge/<int:number>/edit/": (Look("handler", "/desk/knowledge/{drafted}/edit/"),),
    # Policies
    "policies/": (Look("visitor", "/policies/?q=研发"), Look("contact", "/policies/?level=district")),
    "policies/calendar/": (Look("visitor", "/policies/calendar/"),),
    "policies/calculator/": (
        Look("visitor", "/policies/calculator/?trade=软件"),
        Look("visitor", "/policies/calculator/?industry=I6513&high_tech=true"),
    ),
    "policies/<slug:code>/": (Look("visitor", "/policies/{code}/"), Look("contact", "/policies/{code}/")),
    "my/policies/": (
        *(Look("contact", f"/my/policies/?tab={tab}") for tab in ("can", "near", "more")),
        Look("stranger", "/my/policies/"),
    ),
    "desk/policies/": (Look("admin", "/desk/policies/"), Look("handler", "/desk/policies/?q=没有这样的")),
    "desk/policies/documents/": (Look("admin", "/desk/policies/documents/"),),
    "desk/policies/documents/new/": (
        Look("admin", "/desk/policies/documents/new/"),
        Look("admin", "/desk/policies/documents/new/", _press("保存")),
    ),
    "desk/policies/documents/<int:document>/": (Look("admin", "/desk/policies/documents/{document}/"),),
    "desk/policies/documents/<int:document>/edit/": (Look("admin", "/desk/policies/documents/{document}/edit/"),),
    "desk/policies/documents/<int:document>/item/": (Look("admin", "/desk/policies/documents/{document}/item/"),),
    "desk/policies/collection/": (
        Look("admin", "/desk/policies/collection/?state=new"),
        Look("handler", "/desk/policies/collection/?q=没有这样的"),
    ),
    "desk/policies/collection/freshness/": (Look("admin", "/desk/policies/collection/freshness/"),),
    "desk/policies/collection/sources/": (Look("admin", "/desk/policies/collection/sources/"),),
    "desk/policies/collection/sources/new/": (
        Look("admin", "/desk/policies/collection/sources/new/"),
        Look("admin", "/desk/policies/collection/sources/new/", _press("保存")),
    ),
    "desk/policies/collection/sources/<int:number>/": (
        Look("admin", "/desk/policies/collection/sources/{failing_source}/"),
        Look("handler", "/desk/policies/collection/sources/{source}/"),
    ),
    "desk/policies/collection/<int:number>/": (
        *(
            Look("admin", f"/desk/policies/collection/{{{name}}}/")
            for name in ("finding", "taken_finding", "ignored_finding", "like_finding", "changed_finding")
        ),
        Look("handler", "/desk/policies/collection/{finding}/"),
    ),
    "desk/policies/claims/": (
        Look("leader", "/desk/policies/claims/"),
        Look("admin", "/desk/policies/claims/?q=没有这样的"),
    ),
    "desk/policies/claims/lists/": (Look("admin", "/desk/policies/claims/lists/"),),
    "desk/policies/claims/lists/<int:number>/": (Look("admin", "/desk/policies/claims/lists/{claim_list}/"),),
    "desk/policies/coverage/": (Look("leader", "/desk/policies/coverage/"),),
    "desk/policies/unclaimed/": (
        Look("leader", "/desk/policies/unclaimed/"),
        Look("street", "/desk/policies/unclaimed/?by=street"),
    ),
    "desk/policies/unclaimed/<slug:code>/": (Look("leader", "/desk/policies/unclaimed/{code}/"),),
    "desk/policies/push/<int:run>/": (Look("admin", "/desk/policies/push/{push_run}/"),),
    "desk/policies/funnel/": (Look("admin", "/desk/policies/funnel/"),),
    "desk/policies/items/<slug:code>/": (
        Look("leader", "/desk/policies/items/{code}/"),
        Look("admin", "/desk/policies/items/{drafted_item}/"),
        Look("supervisor", "/desk/policies/items/{drafted_item}/"),
    ),
    "desk/policies/items/<slug:code>/firms/": (Look("admin", "/desk/policies/items/{code}/firms/?q=没有这样的"),),
    "desk/policies/items/<slug:code>/firms/<int:enterprise>/": (
        Look("admin", "/desk/policies/items/{code}/firms/{firm}/"),
        Look("handler", "/desk/policies/items/{code}/firms/{firm}/?on=2001-01-01&known=then"),
    ),
    "desk/policies/items/<slug:code>/compare/": (Look("admin", "/desk/policies/items/{code}/compare/"),),
    "desk/policies/items/<slug:code>/<int:revision>/edit/": (
        Look("admin", "/desk/policies/items/{drafted_item}/1/edit/"),
    ),
    # Grants
    "grants/": (Look("visitor", "/grants/"), Look("contact", "/grants/")),
    "grants/schemes/<slug:code>/": (
        Look("visitor", "/grants/schemes/{scheme_code}/"),
        Look("contact", "/grants/schemes/{scheme_code}/"),
    ),
    "grants/notices/<slug:number>/": (
        Look("visitor", "/grants/notices/{notice}/"),
        Look("visitor", "/grants/notices/{notice}/", _press("提交异议", "我有异议")),
    ),
    "my/grants/<slug:number>/": (
        Look("contact", "/my/grants/{grant}/"),
        Look("contact", "/my/grants/{draft_grant}/"),
        Look("contact", "/my/grants/{review_grant}/"),
    ),
    "my/grants/<slug:number>/duties/": (Look("contact", "/my/grants/{paid_grant}/duties/"),),
    "my/grants/<slug:number>/form/": (
        Look("contact", "/my/grants/{draft_grant}/form/"),
        Look("contact", "/my/grants/{draft_grant}/form/", _press("提交申报")),
    ),
    "desk/grants/": (Look("handler", "/desk/grants/"), Look("leader", "/desk/grants/?scope=all")),
    "desk/grants/<slug:number>/": (
        Look("supervisor", "/desk/grants/{grant}/"),
        Look("taxman", "/desk/grants/{public_grant}/"),
        Look("reviewer", "/desk/grants/{review_grant}/"),
    ),
    "desk/grants/schemes/": (Look("editor", "/desk/grants/schemes/"),),
    "desk/grants/schemes/new/": (
        Look("editor", "/desk/grants/schemes/new/"),
        Look("editor", "/desk/grants/schemes/new/?item=D-2026-071"),
    ),
    "desk/grants/schemes/<int:version>/": (
        Look("supervisor", "/desk/grants/schemes/{draft_scheme}/"),
        Look("editor", "/desk/grants/schemes/{scheme}/"),
    ),
    "desk/grants/schemes/<int:version>/edit/": (Look("editor", "/desk/grants/schemes/{draft_scheme}/edit/"),),
    "desk/grants/notices/": (Look("leader", "/desk/grants/notices/"),),
    "desk/grants/notices/<slug:number>/": (Look("taxman", "/desk/grants/notices/{notice}/"),),
    "desk/grants/money/": (Look("drawer", "/desk/grants/money/"), Look("leader", "/desk/grants/money/")),
    "desk/grants/money/check/": (Look("drawer", "/desk/grants/money/check/"),),
    "desk/grants/money/returns/<int:number>/": (Look("payer", "/desk/grants/money/returns/{bank_return}/"),),
    "desk/grants/money/lines/<int:line>/": (Look("drawer", "/desk/grants/money/lines/{fund_line}/"),),
    "desk/grants/money/batches/<slug:number>/": (
        Look("payer", "/desk/grants/money/batches/{payment_batch}/"),
        Look("drawer", "/desk/grants/money/batches/{payment_batch}/"),
    ),
    "desk/grants/after/": (Look("handler", "/desk/grants/after/"), Look("leader", "/desk/grants/after/?scope=all")),
    "desk/grants/after/<int:number>/": (
        Look("handler", "/desk/grants/after/{duty}/"),
        Look("handler", "/desk/grants/after/{duty}/", _press("请企业更正")),
        Look("second", "/desk/grants/after/{clawback_duty}/"),
    ),
    "desk/grants/effect/": (Look("leader", "/desk/grants/effect/"),),
    # Subsidised interest, relief, what may be asked for twice
    "desk/subsidies/": (Look("leader", "/desk/subsidies/"),),
    "desk/subsidies/new/": (Look("editor", "/desk/subsidies/new/", _press("建立")),),
    "desk/subsidies/banks/": (Look("drawer", "/desk/subsidies/banks/"),),
    "desk/subsidies/<int:number>/": (Look("handler", "/desk/subsidies/{programme}/"),),
    "desk/subsidies/lists/<int:number>/": (Look("handler", "/desk/subsidies/lists/{loan_list}/"),),
    "desk/subsidies/settlements/<int:number>/": (Look("supervisor", "/desk/subsidies/settlements/{settlement}/"),),
    "desk/subsidies/loans/<int:number>/": (Look("handler", "/desk/subsidies/loans/{loan}/"),),
    "desk/relief/": (Look("leader", "/desk/relief/"),),
    "desk/relief/new/": (Look("editor", "/desk/relief/new/"),),
    "desk/relief/<int:number>/": (Look("handler", "/desk/relief/{relief_scheme}/"),),
    "desk/relief/lists/<int:number>/": (
        Look("handler", "/desk/relief/lists/{relief_list}/"),
        Look("supervisor", "/desk/relief/lists/{relief_list}/"),
    ),
    "desk/overlaps/": (Look("supervisor", "/desk/overlaps/"), Look("leader", "/desk/overlaps/?state=cleared")),
    # People
    "desk/people/": (Look("handler", "/desk/people/"), Look("admin", "/desk/people/?q=没有")),
    "desk/people/units/<int:unit>/": (
        Look("handler", "/desk/people/units/{department}/"),
        Look("admin", "/desk/people/units/{centre}/"),
    ),
    "desk/people/units/new/": (Look("admin", "/desk/people/units/new/"),),
    "desk/people/units/<int:unit>/edit/": (Look("admin", "/desk/people/units/{department}/edit/"),),
    "desk/people/units/<int:unit>/hours/": (Look("admin", "/desk/people/units/{department}/hours/"),),
    "desk/people/units/<int:unit>/duty/": (Look("admin", "/desk/people/units/{department}/duty/"),),
    "desk/people/members/": (Look("admin", "/desk/people/members/"),),
    "desk/people/members/new/": (Look("admin", "/desk/people/members/new/"),),
    "desk/people/members/<int:account>/": (
        Look("admin", "/desk/people/members/{handler}/"),
        Look("admin", "/desk/people/members/{newcomer}/", _press("重置密码")),
    ),
    "desk/people/members/<int:account>/roles/": (Look("admin", "/desk/people/members/{handler}/roles/"),),
    "desk/people/members/<int:account>/tokens/new/": (Look("admin", "/desk/people/members/{handler}/tokens/new/"),),
    "desk/people/systems/new/": (Look("admin", "/desk/people/systems/new/"),),
    "desk/people/delegation/": (Look("handler", "/desk/people/delegation/"),),
    # Running it
    "desk/settings/": (Look("admin", "/desk/settings/"),),
    "desk/settings/promises/": (Look("admin", "/desk/settings/promises/"),),
    "desk/settings/promises/<slug:kind>/<slug:urgency>/<slug:clock>/": (
        Look("admin", "/desk/settings/promises/appeal/normal/reply/"),
    ),
    "desk/settings/categories/": (Look("admin", "/desk/settings/categories/"),),
    "desk/settings/categories/new/": (Look("admin", "/desk/settings/categories/new/"),),
    "desk/settings/categories/<int:category>/": (Look("admin", "/desk/settings/categories/{category}/"),),
    "desk/queue/": (Look("admin", "/desk/queue/"),),
    "desk/evidence/": (Look("auditor", "/desk/evidence/"),),
    "desk/operations/": (Look("admin", "/desk/operations/"),),
    "desk/operations/erase/": (Look("admin", "/desk/operations/erase/"),),
    "desk/calendar/": (Look("admin", "/desk/calendar/"),),
    "desk/models/": (Look("admin", "/desk/models/"),),
    # Budgets and final accounts
    "examinations/": (Look("dispatcher", "/examinations/"), Look("supervisor", "/examinations/")),
    "examinations/batches/<int:number>/": (Look("dispatcher", "/examinations/batches/{papers}/"),),
    "examinations/<int:number>/": (
        *(Look("dispatcher", f"/examinations/{{paper}}/?view={view}") for view in ("findings", "text", "tables")),
        *(Look("dispatcher", f"/examinations/{{paper}}/?view={view}") for view in ("forms", "repairs")),
        Look("dispatcher", "/examinations/{unread}/"),
    ),
    # The board
    "board/": (Look("leader", "/board/"), Look("handler", "/board/")),
    "board/overview/": (Look("leader", "/board/overview/"), Look("leader", "/board/overview/?wall=1")),
    "board/rows/": (Look("leader", "/board/rows/?figure=reply&part=all"),),
    "board/grants/": (Look("leader", "/board/grants/"), Look("leader", "/board/grants/?year=2025")),
    "board/policies/": (Look("leader", "/board/policies/"), Look("street", "/board/policies/?kind=money")),
    "board/evaluation/": (Look("leader", "/board/evaluation/"),),
}

BUTTON = "only takes what a form sends"
FRAGMENT = "a part of another page, seen there"
FILE = "a file"
DATA = "for programs"
NO_PAGES = {
    "field/sw.js": FILE,
    "field/manifest.webmanifest": FILE,
    "field/day/": DATA,
    "field/reports/": DATA,
    "field/visits/<str:number>/start/": DATA,
    "field/visits/<str:number>/photos/": DATA,
    "my/enterprises/<int:number>/specialist/photo/": FILE,
    "my/enterprises/<int:number>/specialist/change/": BUTTON,
    "desk/visits/export/": FILE,
    "desk/visits/unseen/export/": FILE,
    "desk/visits/plans/<int:number>/export/": FILE,
    "desk/visits/plans/<int:number>/accept/": BUTTON,
    "desk/visits/plans/<int:number>/drop/": BUTTON,
    "desk/visits/specialists/export/": FILE,
    "desk/visits/specialists/deal/<int:street>/do/": BUTTON,
    "desk/visits/specialists/wishes/<int:wish>/": BUTTON,
    "desk/visits/specialists/<int:account>/photo/": FILE,
    "desk/visits/specialists/<int:account>/profile/": BUTTON,
    "desk/visits/specialists/<int:account>/training/": BUTTON,
    "desk/visits/specialists/<int:account>/hand-over/": BUTTON,
    "desk/visits/<str:number>/photos/<int:photo>/": FILE,
    "desk/visits/<str:number>/<slug:step>/": BUTTON,
    "my/grants/<slug:number>/account/": BUTTON,
    "policies/export/": FILE,
    "my/grants/<slug:number>/decision/": FILE,
    "my/grants/<slug:number>/duties/<int:duty>/<int:file>/": FILE,
    "my/grants/<slug:number>/duties/letters/<slug:case>/": FILE,
    "my/grants/<slug:number>/files/<int:file>/": FILE,
    "my/grants/<slug:number>/<slug:step>/": BUTTON,
    "desk/subsidies/<int:number>/template/": FILE,
    "desk/subsidies/<int:number>/lists/": BUTTON,
    "desk/subsidies/<int:number>/work/": BUTTON,
    "desk/subsidies/lists/<int:number>/enter/": BUTTON,
    "desk/subsidies/lists/<int:number>/undo/": BUTTON,
    "desk/subsidies/settlements/<int:number>/decide/": BUTTON,
    "desk/subsidies/settlements/<int:number>/export/": FILE,
    "desk/subsidies/loans/<int:number>/drop/": BUTTON,
    "desk/relief/<int:number>/template/": FILE,
    "desk/relief/<int:number>/lists/": BUTTON,
    "desk/relief/lists/<int:number>/enter/": BUTTON,
    "desk/relief/lists/<int:number>/undo/": BUTTON,
    "desk/relief/lists/<int:number>/decide/": BUTTON,
    "desk/relief/lists/<int:number>/export/": FILE,
    "desk/relief/people/<int:number>/show/": DATA,
    "desk/relief/people/<int:number>/drop/": BUTTON,
    "desk/overlaps/<int:number>/judge/": BUTTON,
    "desk/grants/act/": BUTTON,
    "desk/grants/schemes/<int:version>/<slug:act>/": BUTTON,
    "desk/grants/objections/<slug:number>/": BUTTON,
    "desk/grants/money/batches/<slug:number>/file/": FILE,
    "desk/grants/money/check/workbook/": FILE,
    "desk/grants/money/returns/<int:number>/progress/": FRAGMENT,
    "desk/grants/<slug:number>/visit/": BUTTON,
    "desk/grants/<slug:number>/decision/": FILE,
    "desk/grants/after/<int:number>/files/<int:file>/": FILE,
    "desk/grants/after/letters/<slug:case>/": FILE,
    "desk/grants/<slug:number>/files/<int:file>/": FILE,
    "desk/grants/<slug:number>/<slug:step>/": BUTTON,
    "healthz": DATA,
    "metrics": DATA,
    "answers/<int:article>/vote/": BUTTON,
    "messages/read/": BUTTON,
    "cases/new/answers/": FRAGMENT,
    "cases/new/places/": FRAGMENT,
    "cases/<str:number>/files/<int:file>/": FILE,
    "cases/<str:number>/answer/": BUTTON,
    "cases/<str:number>/conclude/": BUTTON,
    "cases/<str:number>/<slug:step>/": BUTTON,
    "sign-in/phone/again/": BUTTON,
    "sign-out/": BUTTON,
    "language/": BUTTON,
    "me/two-step/codes/download/": FILE,
    "my/enterprises/certify/<int:number>/withdraw/": BUTTON,
    "my/enterprises/invitations/<int:invitation>/accept/": BUTTON,
    "my/enterprises/<int:number>/switch/": BUTTON,
    "my/enterprises/<int:number>/invite/": BUTTON,
    "my/enterprises/<int:number>/colleagues/<int:agency>/remove/": BUTTON,
    "my/enterprises/<int:number>/invitations/<int:invitation>/withdraw/": BUTTON,
    "desk/export/": BUTTON,
    "desk/analysis/<slug:form>/": FILE,
    "desk/cases/<str:number>/article/": BUTTON,
    "desk/cases/<str:number>/phone/": BUTTON,
    "desk/cases/<str:number>/<slug:step>/": BUTTON,
    "desk/cases/<str:number>/similar/": FRAGMENT,
    "desk/cases/<str:number>/files/<int:file>/": FILE,
    "desk/cases/<str:number>/order/<int:order>.docx": FILE,
    "desk/staff/": FRAGMENT,
    "desk/new/firms/": FRAGMENT,
    "desk/new/open/": FRAGMENT,
    "desk/templates/<int:template>/drop/": BUTTON,
    "my/enterprises/<int:number>/welcome/close/": BUTTON,
    "desk/enterprises/greetings/export/": FILE,
    "desk/enterprises/sources/<int:number>/": BUTTON,
    "desk/enterprises/classes/<slug:key>/export/": FILE,
    "desk/enterprises/classes/candidates/export/": FILE,
    "desk/enterprises/pairings/export/": FILE,
    "desk/enterprises/corrections/export/": FILE,
    "my/enterprises/corrections/<int:number>/withdraw/": BUTTON,
    "desk/enterprises/merges/<int:number>/undo/": BUTTON,
    "desk/enterprises/pairings/<int:number>/<slug:word>/": BUTTON,
    "desk/enterprises/corrections/<int:number>/accept/": BUTTON,
    "desk/enterprises/corrections/<int:number>/refuse/": BUTTON,
    "desk/enterprises/corrections/<int:number>/files/<int:file>/": FILE,
    "desk/enterprises/segments/keep/": BUTTON,
    "desk/enterprises/segments/<int:number>/": BUTTON,
    "desk/enterprises/segments/<int:number>/size/": FRAGMENT,
    "desk/enterprises/segments/<int:number>/drop/": BUTTON,
    "desk/exports/progress/": FRAGMENT,
    "desk/exports/<int:number>/cancel/": BUTTON,
    "desk/exports/<int:number>/file/": FILE,
    "desk/exports/<slug:name>/": BUTTON,
    "desk/enterprises/facets/": FRAGMENT,
    "desk/enterprises/suggest/": FRAGMENT,
    "desk/rooms/tenants/": FRAGMENT,
    "desk/enterprises/export/": FILE,
    "desk/enterprises/<int:number>/phone/": BUTTON,
    "desk/enterprises/<int:number>/file.docx": FILE,
    "desk/alerts/export/": FILE,
    "desk/measures/export/": FILE,
    "desk/measures/monthly/paper/": FILE,
    "desk/measures/<str:name>/freeze/": BUTTON,
    "desk/performance/<int:number>/form.docx": FILE,
    **{
        f"desk/performance/<int:number>/{step}/": BUTTON
        for step in ("approve", "drop", "fill", "explain", "hand-in", "review")
    },
    "desk/performance/<int:number>/indicators/<int:indicator>/": BUTTON,
    "desk/performance/<int:number>/indicators/<int:indicator>/judge/": BUTTON,
    "accounts/<int:number>/download/<str:form>/": FILE,
    "desk/accounts/<int:number>/download/<str:form>/": FILE,
    "desk/accounts/<int:number>/say/": BUTTON,
    "desk/accounts/<int:number>/step/<str:step>/": BUTTON,
    "desk/budget/vouchers/pull/": BUTTON,
    "desk/budget/export/": FILE,
    "desk/budget/versions/<int:number>/approve/": BUTTON,
    "desk/budget/versions/<int:number>/drop/": BUTTON,
    "desk/budget/year/number/": BUTTON,
    "desk/budget/year/contract/": BUTTON,
    "desk/budget/vouchers/export/": FILE,
    "desk/budget/vouchers/<int:number>/reverse/": BUTTON,
    "desk/budget/months/close/": BUTTON,
    "desk/budget/imports/<int:number>/enter/": BUTTON,
    "desk/alerts/<int:alert>/close/": BUTTON,
    "desk/alerts/<int:alert>/dismiss/": BUTTON,
    "desk/alerts/rules/<slug:code>/retire/": BUTTON,
    "desk/alerts/rules/<slug:code>/revive/": BUTTON,
    "desk/alerts/rules/<slug:code>/route/": BUTTON,
    "desk/enterprises/loads/<int:number>/progress/": FRAGMENT,
    "desk/enterprises/loads/<int:number>/rejects/": FILE,
    "desk/enterprises/loads/<int:number>/check/": BUTTON,
    "desk/enterprises/loads/<int:number>/<str:step>/": BUTTON,
    "desk/buildings/export/": FILE,
    "events/<int:number>/calendar.ics": FILE,
    "events/<int:number>/files/<int:material>/": FILE,
    "my/events/<slug:code>/cancel/": BUTTON,
    "my/events/<slug:code>/rate/": BUTTON,
    "my/bookings/<int:number>/cancel/": BUTTON,
    "desk/events/export/": FILE,
    "desk/events/reach/export/": FILE,
    "desk/events/door/sw.js": DATA,
    "desk/events/door/<int:number>/list/": DATA,
    "desk/events/door/<int:number>/checks/": DATA,
    "desk/events/<int:number>/copy/": BUTTON,
    "desk/events/<int:number>/step/<slug:step>/": BUTTON,
    "desk/events/<int:number>/invite/": BUTTON,
    "desk/events/<int:number>/people/export/": FILE,
    "desk/events/<int:number>/people/add/": BUTTON,
    "desk/events/<int:number>/people/<int:registration>/strike/": BUTTON,
    "desk/events/<int:number>/people/<int:registration>/undo/": BUTTON,
    "desk/events/<int:number>/coverage/": BUTTON,
    "desk/events/<int:number>/materials/": BUTTON,
    "desk/events/<int:number>/<slug:kind>/<int:thing>/drop/": BUTTON,
    "desk/venues/bookings/<int:number>/<slug:step>/": BUTTON,
    "desk/rooms/export/": FILE,
    "desk/buildings/lists/<int:number>/enter/": BUTTON,
    "desk/buildings/lists/<int:number>/undo/": BUTTON,
    "desk/buildings/<int:number>/tenants/": FILE,
    "desk/buildings/<int:number>/managers/": BUTTON,
    "desk/buildings/<int:number>/rounds/": BUTTON,
    "desk/mandates/<int:mandate>/end/": BUTTON,
    "desk/rooms/<int:room>/unshape/": BUTTON,
    "desk/tenancies/<int:tenancy>/end/": BUTTON,
    "desk/tenancies/<int:tenancy>/undo/": BUTTON,
    "desk/rounds/<int:round>/note/": BUTTON,
    "desk/rounds/<int:round>/end/": BUTTON,
    "my/buildings/<int:number>/confirm/": BUTTON,
    "desk/certifications/<int:number>/approve/": BUTTON,
    "desk/certifications/<int:number>/refuse/": BUTTON,
    "desk/certifications/<int:number>/files/<int:file>/": FILE,
    "desk/knowledge/<int:number>/publish/": BUTTON,
    "desk/knowledge/<int:number>/retire/": BUTTON,
    "my/policies/tell/": BUTTON,
    "my/policies/seen/": BUTTON,
    "my/policies/wishes/": BUTTON,
    "my/policies/<slug:code>/applied/": BUTTON,
    "my/policies/pushes/<int:push>/answer/": BUTTON,
    "desk/policies/export/": FILE,
    "desk/policies/claims/export/": FILE,
    "desk/policies/claims/lists/<int:number>/rejects/": FILE,
    "desk/policies/claims/lists/<int:number>/enter/": BUTTON,
    "desk/policies/claims/lists/<int:number>/undo/": BUTTON,
    "desk/policies/documents/<int:document>/files/<int:file>/": FILE,
    "desk/policies/documents/<int:document>/files/<int:file>/drop/": BUTTON,
    "policies/<slug:code>/files/<int:file>/": FILE,
    "desk/policies/collection/export/": FILE,
    "desk/policies/collection/sources/<int:number>/<slug:step>/": BUTTON,
    "desk/policies/collection/<int:number>/take/": BUTTON,
    "desk/policies/collection/<int:number>/<slug:step>/": BUTTON,
    "desk/policies/match/": BUTTON,
    "desk/policies/push/": BUTTON,
    "desk/policies/push/<int:run>/progress/": FRAGMENT,
    "desk/policies/push/<int:run>/stop/": BUTTON,
    "desk/policies/documents/<int:document>/relate/": BUTTON,
    "desk/policies/documents/<int:document>/repeal/": BUTTON,
    "desk/policies/compose/": FRAGMENT,
    "desk/policies/preview/": FRAGMENT,
    "desk/policies/unclaimed/<slug:code>/export/": FILE,
    "desk/policies/funnel/<int:push>/handle/": BUTTON,
    "desk/policies/items/<slug:code>/renew/": BUTTON,
    "desk/policies/items/<slug:code>/<int:revision>/read/": BUTTON,
    "desk/policies/items/<slug:code>/<int:revision>/publish/": BUTTON,
    "desk/policies/items/<slug:code>/<int:revision>/withdraw/": BUTTON,
    "desk/policies/items/<slug:code>/<int:revision>/cases/": BUTTON,
    "desk/policies/items/<slug:code>/<int:revision>/cases/<int:example>/drop/": BUTTON,
    "desk/people/units/<int:unit>/close/": BUTTON,
    "desk/people/units/<int:unit>/duty/<int:shift>/clear/": BUTTON,
    "desk/people/^members/(?P<account>[0-9]{1,18})/(?P<step>reset|reactivate|deactivate|sign-out)/$": BUTTON,
    "desk/people/roles/<int:membership>/end/": BUTTON,
    "desk/people/tokens/<int:token>/revoke/": BUTTON,
    "desk/people/delegation/<int:delegation>/revoke/": BUTTON,
    "desk/settings/categories/<int:category>/<slug:act>/": BUTTON,
    "desk/queue/<int:item>/<slug:act>/": BUTTON,
    "desk/evidence/verify/": BUTTON,
    "desk/models/train/": BUTTON,
    "desk/models/auto/": BUTTON,
    "examinations/batches/<int:number>/table.xlsx": FILE,
    "examinations/<int:number>/progress/": DATA,
    "examinations/<int:number>/report.docx": FILE,
    "examinations/<int:number>/model.json": FILE,
    "examinations/<int:number>/file/": FILE,
    "examinations/<int:number>/again/": BUTTON,
    "examinations/<int:number>/drop/": BUTTON,
    "examinations/<int:number>/repairs/<int:place>/<slug:word>/": BUTTON,
    "examinations/<int:number>/repairs/right/": BUTTON,
    "board/rows/download/": FILE,
    "board/evaluation/download/": FILE,
    "open/<slug:month>/": FILE,
}
LOST = (Look("visitor", "/nowhere/", status=404), Look("handler", "/desk/settings/", status=403))  # pages of refusals


def people() -> list[str]:
    """Who looks at anything, in the order of the table."""
    looks = [look for row in PAGES.values() for look in row]
    return list(dict.fromkeys(look.who for look in (*looks, *LOST)))


def looks_of(who: str) -> list[Look]:
    """All that one person looks at; those that need a fresh browser last."""
    return [look for row in (*PAGES.values(), LOST) for look in row if look.who == who]
