"""The way round says where one is: each page belongs to one entry, wherever its address stands."""

from __future__ import annotations

import pytest
from django.urls import reverse

from qifu.entry.theme.context import links
from qifu.kernel.actor import Actor
from tests.conftest import House

CONTACT = Actor(1, "contact", "熊国峰")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("desk:work", "待办"),
        ("desk:cases", "全部事项"),
        ("desk_enterprises", "企业"),
        ("desk_loads", "企业"),
        ("desk_certifications", "企业"),
        ("desk_policies", "政策"),
        ("desk_policy_unclaimed", "政策"),
        ("desk_findings", "政策"),
        ("people_delegation", "人员"),
        ("desk:categories", "设置"),
        ("desk_operations", "运行"),
        ("desk_calendar", "运行"),
        ("desk_models", "运行"),
        ("desk:outbox", "队列"),
        ("board:evaluation", "统计"),
    ],
)
def test_a_page_of_the_desk_is_marked_where_it_belongs(house: House, name: str, label: str) -> None:
    found = links(house.actor("admin"), reverse(name))
    assert [link.label for link in found if link.is_current] == [label]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("portal:home", "首页"),
        ("portal:new", "我的诉求"),
        ("portal_my_policies", "政策"),
        ("portal_policy_calculator", "政策"),
        ("portal_enterprises", "我的企业"),
        ("portal_certify", "我的企业"),
        ("portal:messages", "消息"),
        ("me", "我的"),
        ("usersessions_list", "我的"),
    ],
)
def test_a_page_of_the_portal_is_marked_where_it_belongs(name: str, label: str) -> None:
    found = links(CONTACT, reverse(name))
    assert [link.label for link in found] == ["首页", "我的诉求", "政策", "我的企业", "消息", "我的"]
    assert [link.label for link in found if link.is_current] == [label]
