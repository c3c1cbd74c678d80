"""The style guide: every shared piece in every state, on one page. Shown in the demo and while developing only."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from qifu.entry.theme.shapes import Choice, Entry, FileItem, Filter, FilterBar, NavItem, Step
from qifu.kernel.actor import Actor

FACES = ("portal", "desk", "board", "field")
ERRORS = ("400", "403", "403_csrf", "404", "409", "413", "429", "500")
NAV = {
    "portal": (("首页", "home", 0), ("提诉求", "edit", 0), ("我的诉求", "inbox", 2), ("企业", "building", 0)),
    "field": (("今天", "calendar", 3), ("企业", "buildings", 0), ("记录", "clipboard", 0), ("我的", "person", 0)),
    "desk": (
        ("待办", "inbox", 12),
        ("全部诉求", "list", 0),
        ("督办", "flag", 3),
        ("企业库", "buildings", 0),
        ("回复模板", "book", 0),
        ("统计报表", "chart", 0),
        ("设置", "settings", 0),
    ),
    "board": (("总览", "chart", 0), ("单位", "building", 0), ("街道", "map", 0), ("类别", "pie", 0)),
}


class SampleForm(forms.Form):
    """A form with one field of each kind."""

    title = forms.CharField(label="诉求标题", max_length=40, help_text="一句话说清楚要解决什么。")
    body = forms.CharField(
        label="具体情况", widget=forms.Textarea(attrs={"maxlength": 500, "placeholder": "时间、地点、已经找过哪些单位"})
    )
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), ("space", "空间载体"), ("staff", "用工人才")])
    channel = forms.ChoiceField(
        label="希望怎样联系您",
        choices=[("phone", "电话"), ("site", "站内消息")],
        widget=forms.RadioSelect,
        initial="phone",
    )
    secret = forms.BooleanField(label="对承办单位以外的人保密", required=False)
    papers = forms.FileField(
        label="附件", required=False, help_text="图片、PDF、Word、Excel，可把文件拖到这里。",
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.pdf,.docx,.xlsx"}),
    )  # fmt: skip


def guide(request: HttpRequest, face: str = "desk") -> HttpResponse:
    """Show the guide in the frame of one audience, or an error page as people meet it."""
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    if face in ERRORS:
        return render(request, f"{face}.html")
    if face not in FACES:
        raise Http404
    return render(request, "theme/guide.html", sample(face, timezone.now()))


def sample(face: str, now: datetime) -> dict[str, object]:
    """Everything the guide shows, told from one moment."""
    wrong = SampleForm(data={"title": "", "body": "门口", "channel": "phone"})
    return {
        "now": now,
        "face": f"{face}.html",
        "is_desk": face == "desk",
        "faces": [(name, f"/guide/{name}/") for name in FACES],
        "errors_shown": [(name, f"/guide/{name}/") for name in ERRORS],
        "nav": [
            NavItem(label, f"/guide/{face}/#{icon}", icon, i == 0, n) for i, (label, icon, n) in enumerate(NAV[face])
        ],
        "person": {"name": "林舒", "unit": "区企业服务中心"},
        "actor": Actor(account=1, kind="staff", name="林舒"),
        "demo": True,
        "clocks": _clocks(now),
        "badges": _badges(),
        "entries": _entries(now),
        "stations": [
            Step("提交", "done", now - timedelta(days=2)),
            Step("受理", "done", now - timedelta(days=2)),
            Step("办理", "now"),
            Step("答复"),
            Step("评价"),
        ],
        "files": [FileItem("场地租赁合同.pdf", "#", 1_240_000), FileItem("现场照片.jpg", "#", 380_000, "3 张")],
        "form": SampleForm(),
        "wrong": wrong,
        "bar": _bar(),
        "rows": _rows(now),
        "chart": _chart(),
        "moments": [now, now - timedelta(days=1), now + timedelta(days=1), now - timedelta(days=400)],
    }


def _clocks(now: datetime) -> list[dict[str, object]]:
    hour = timedelta(hours=1)
    return [
        {"start": now - hour, "due": now + 9 * hour, "label": "办理"},
        {"start": now - 3 * hour, "due": now + 2 * hour, "label": "转办"},
        {"start": now - hour * 0.9, "due": now + hour * 0.1, "label": "受理"},
        {"start": now - 30 * hour, "due": now - 3 * hour, "label": "答复"},
        {"start": now - hour, "due": now + 60 * hour, "label": "答复", "paused": True},
        {"start": now - 9 * hour, "due": now - hour, "met": now - 4 * hour, "label": "受理"},
        {"start": now - 9 * hour, "due": now - 5 * hour, "met": now - 4 * hour, "label": "转办"},
        {"start": now - hour, "due": now + 90 * hour, "label": "答复", "provisional": True},
    ]


def _badges() -> list[tuple[str, str, str]]:
    return [
        ("待受理", "amber", "inbox"),
        ("办理中", "accent", "refresh"),
        ("等企业补充", "", "pause"),
        ("已解决", "green", "check"),
        ("已督办", "red", "flag"),
        ("已撤回", "", "undo"),
    ]


def _entries(now: datetime) -> list[Entry]:
    hour, day, centre = timedelta(hours=1), timedelta(days=1), "区企业服务中心 林舒"
    file = FileItem("可租房源清单.xlsx", "#", 48_000)
    found = "已找到三处面积合适的房源，请查收清单。"
    note = "企业上季度也问过同类问题，可合并答复。"
    need = "现有场地下月到期，希望在本区找一处 800 平方米左右的厂房。"
    return [
        Entry(now - hour / 2, "承办单位答复", "区招商局 周航", found, [file], icon="reply"),
        Entry(now - 5 * hour, "内部备注", centre, note, public=False, icon="chat"),
        Entry(now - 20 * hour, "办理时限已过八成", "系统", public=False, tone="amber", icon="hourglass"),
        Entry(now - day, "转办给区招商局", centre, icon="send"),
        Entry(now - 2 * day, "提交诉求", "江畔智造科技有限公司", need, tone="green", icon="edit"),
    ]


def _bar() -> FilterBar:
    states = [Choice("new", "待受理"), Choice("open", "办理中")]
    return FilterBar(
        [
            Filter("q", "搜索", "search", placeholder="编号、企业、标题"),
            Filter("state", "状态", choices=states),
            Filter("unit", "单位", choices=[Choice("1", "区招商局"), Choice("2", "区人社局")]),
            Filter("since", "提交日期起", "date"),
        ],
        {"q": "厂房", "state": "open"},
    )


def _rows(now: datetime) -> list[dict[str, object]]:
    titles = (
        "希望在本区找一处厂房",
        "员工子女入学政策咨询",
        "门前道路施工影响装卸货",
        "申请对接银行流动资金贷款",
        "园区夜间停电两次，请协调",
    )
    firms = (
        "江畔智造科技有限公司",
        "云杉餐饮管理有限公司",
        "北岸冷链物流有限公司",
        "青禾新材料股份有限公司",
        "朗月文化传播有限公司",
    )
    units = ("区招商局", "区教育局", "区住建局", "区金融办", "区经信局")
    clocks = _clocks(now)
    badges = _badges()
    return [
        {"number": f"S2026{i:05d}", "title": titles[i % 5], "firm": firms[i % 5], "unit": units[i % 5], "at": now - timedelta(hours=7 * i),
         "clock": clocks[(3 - i) % 4], "badge": badges[i % 3]}
        for i in range(1, 9)
    ]  # fmt: skip


def _chart() -> dict[str, object]:
    months = [f"{m}月" for m in range(1, 10)]
    return {
        "legend": {"right": 0, "top": 0},
        "xAxis": {"type": "category", "data": months},
        "yAxis": {"type": "value", "name": "件"},
        "series": [
            {"name": "收到", "type": "bar", "barMaxWidth": 28, "data": [42, 31, 55, 61, 48, 57, 66, 52, 70]},
            {"name": "按时答复", "type": "line", "symbolSize": 7, "data": [40, 30, 52, 60, 46, 57, 63, 51, 68]},
        ],
    }
