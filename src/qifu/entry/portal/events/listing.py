"""What events there are, as a list and as a calendar; one of them; its day for one's own calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qifu.domain.events.queries import listing as events
from qifu.domain.events.queries import people, sheet
from qifu.engines.calendar import SHANGHAI
from qifu.entry.portal.events import asked
from qifu.entry.theme.middleware import PersonRequest


@require_GET
def listing(incoming: HttpRequest) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    wish = asked.wish(request.GET)
    kept = {
        name: value for name in ("q", "kind", "street", "month") if (value := getattr(wish, name)) not in (None, "")
    }
    context: dict[str, object] = {
        "wish": wish,
        "kept": kept or wish.is_open,
        "kinds": events.KINDS,
        "streets": asked.streets(),
        "month_value": f"{wish.month:%Y-%m}" if wish.month else "",
    }
    if request.GET.get("view") == "calendar":
        first = wish.month or request.now.astimezone(SHANGHAI).date().replace(day=1)
        days = sorted(events.month(request.now, first, wish).items())
        context |= {"first": first, "days": days, "before": _other(first, -1), "after": _other(first, 32)}
        return render(request, "events_portal/calendar.html", context)
    return render(request, "events_portal/list.html", context | {"found": events.shown(request.now, wish)})


def _other(first: date, days: int) -> str:
    return f"{(first + timedelta(days=days)):%Y-%m}"


@require_GET
def page(incoming: HttpRequest, number: int) -> HttpResponse:
    request = cast(PersonRequest, incoming)
    context = {"told": sheet.shown(number, request.now), "own": people.of_event(request.actor, number)}
    return render(request, "events_portal/page.html", context)


@require_GET
def calendar_file(incoming: HttpRequest, number: int) -> HttpResponse:
    """The event as a file that calendars read (RFC 5545)."""
    request = cast(PersonRequest, incoming)
    told = sheet.shown(number, request.now)
    url = request.build_absolute_uri(reverse("portal_event", args=[number]))
    state = "CANCELLED" if told.row.state == "cancelled" else "CONFIRMED"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Qifu//Events//ZH", "METHOD:PUBLISH", "BEGIN:VEVENT",
        f"UID:event-{number}@{request.get_host().partition(':')[0]}", f"DTSTAMP:{_instant(request.now)}",
        f"DTSTART:{_instant(told.row.starts)}", f"DTEND:{_instant(told.row.ends)}", f"SUMMARY:{_text(told.row.title)}",
        f"LOCATION:{_text(told.line.place)}", f"DESCRIPTION:{_text(told.row.summary[:500])}", f"URL:{url}",
        f"STATUS:{state}", "END:VEVENT", "END:VCALENDAR",
    ]  # fmt: skip
    body = "".join(f"{_folded(line)}\r\n" for line in lines)
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="event-{number}.ics"'
    return response


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line of at most 75 bytes, continued after a blank; no character is cut."""
    parts, size, part = [], 0, ""
    for char in line:
        width = len(char.encode())
        if size + width > 74:
            parts.append(part)
            part, size = "", 1
        part, size = part + char, size + width
    return "\r\n ".join([*parts, part])


@require_GET
def material(incoming: HttpRequest, number: int, material: int) -> FileResponse:
    request = cast(PersonRequest, incoming)
    row, content = sheet.material_opened(number, material, request.now)
    return FileResponse(content, as_attachment=True, filename=row.name, content_type="application/octet-stream")
