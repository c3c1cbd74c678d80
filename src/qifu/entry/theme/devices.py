"""Devices as people know them: which browser on what, when, from about where. Addresses are shown masked."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext

_PROGRAMS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """One signed-in device."""

    id: int
    name: str
    address: str
    since: datetime
    seen: datetime
    is_current: bool


def devices_of(account: int, current_key: str = "") -> list[Device]:
    """Return the devices on which the account is signed in, latest first."""
    rows = UserSession.objects.filter(user_id=account)
    live = [row for row in rows if row.exists()]
    found = [
        Device(
            id=row.pk,
            name=describe(row.user_agent),
            address=mask_address(row.ip),
            since=row.created_at,
            seen=row.last_seen_at,
            is_current=bool(current_key) and row.session_key == current_key,
        )
        for row in live
    ]
    return sorted(found, key=lambda device: device.seen, reverse=True)


def describe(agent: str) -> str:
    """Name browser and system of a user agent: `Chrome · Windows 电脑`."""
    program = next((label for word, label in _PROGRAMS if word in agent), "其他程序")
    system = next((label for word, label in _SYSTEMS if word in agent), "其他设备")
    return f"{gettext(program)} · {gettext(system)}"


def mask_address(text: str) -> str:
    """Hide the end of a network address: 203.0.*.*"""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return gettext("未知")
    if address.version == 4:
        return ".".join([*text.split(".")[:2], "*", "*"])
    return ":".join([*address.exploded.split(":")[:2], "*"])
