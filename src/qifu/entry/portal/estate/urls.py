"""Addresses of rooms to let, and of whoever runs a building."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.estate import offers, running

urlpatterns = [
    path("rooms/", offers.listing, name="portal_rooms"),
    path("rooms/match/", offers.match, name="portal_rooms_match"),
    path("rooms/<int:room>/", offers.page, name="portal_room"),
    path("my/buildings/", running.listing, name="portal_buildings"),
    path("my/buildings/<int:number>/", running.page, name="portal_building"),
    path("my/buildings/<int:number>/confirm/", running.confirm, name="portal_building_confirm"),
    path("my/buildings/<int:number>/rooms/<int:room>/", running.let, name="portal_building_let"),
]
