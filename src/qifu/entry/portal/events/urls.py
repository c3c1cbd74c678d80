"""Addresses of events and rooms for everybody."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.events import listing, own, rooms

urlpatterns = [
    path("events/", listing.listing, name="portal_events"),
    path("events/<int:number>/", listing.page, name="portal_event"),
    path("events/<int:number>/calendar.ics", listing.calendar_file, name="portal_event_ics"),
    path("events/<int:number>/files/<int:material>/", listing.material, name="portal_event_file"),
    path("events/<int:number>/register/", own.register, name="portal_event_register"),
    path("my/events/", own.mine, name="portal_my_events"),
    path("my/events/<slug:code>/", own.ticket, name="portal_ticket"),
    path("my/events/<slug:code>/cancel/", own.cancel, name="portal_ticket_cancel"),
    path("my/events/<slug:code>/rate/", own.rate, name="portal_ticket_rate"),
    path("venues/", rooms.listing, name="portal_venues"),
    path("venues/<int:number>/", rooms.page, name="portal_venue"),
    path("my/bookings/<int:number>/cancel/", rooms.cancel, name="portal_booking_cancel"),
]
