"""Addresses of events and rooms on the desk. The service worker of the door stands above its pages."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.events import afterwards, door, listing, making, reach, roll, rooms

urlpatterns = [
    path("events/", listing.listing, name="desk_events"),
    path("events/export/", listing.export, name="desk_events_export"),
    path("events/new/", making.new, name="desk_event_new"),
    path("events/reach/", reach.page, name="desk_events_reach"),
    path("events/reach/export/", reach.export, name="desk_events_reach_export"),
    path("events/door/sw.js", door.worker, name="desk_door_worker"),
    path("events/door/<int:number>/", door.page, name="desk_door"),
    path("events/door/<int:number>/list/", door.taken_along, name="desk_door_list"),
    path("events/door/<int:number>/checks/", door.checks, name="desk_door_checks"),
    path("events/<int:number>/", making.page, name="desk_event"),
    path("events/<int:number>/edit/", making.edit, name="desk_event_edit"),
    path("events/<int:number>/copy/", making.copy, name="desk_event_copy"),
    path("events/<int:number>/step/<slug:step>/", making.take, name="desk_event_step"),
    path("events/<int:number>/audience/", making.audience, name="desk_event_audience"),
    path("events/<int:number>/invite/", making.invite, name="desk_event_invite"),
    path("events/<int:number>/people/", roll.page, name="desk_event_people"),
    path("events/<int:number>/people/export/", roll.export, name="desk_event_people_export"),
    path("events/<int:number>/people/add/", roll.add, name="desk_event_people_add"),
    path("events/<int:number>/people/<int:registration>/strike/", roll.strike, name="desk_event_strike"),
    path("events/<int:number>/people/<int:registration>/undo/", roll.undo, name="desk_event_undo"),
    path("events/<int:number>/coverage/", afterwards.coverage, name="desk_event_coverage"),
    path("events/<int:number>/materials/", afterwards.material, name="desk_event_material"),
    path("events/<int:number>/<slug:kind>/<int:thing>/drop/", afterwards.drop, name="desk_event_drop"),
    path("venues/", rooms.listing, name="desk_venues"),
    path("venues/new/", rooms.new, name="desk_venue_new"),
    path("venues/bookings/", rooms.bookings, name="desk_bookings"),
    path("venues/bookings/<int:number>/<slug:step>/", rooms.take, name="desk_booking_step"),
    path("venues/<int:number>/", rooms.page, name="desk_venue"),
    path("venues/<int:number>/edit/", rooms.edit, name="desk_venue_edit"),
]
