"""Addresses of stations and of an enterprise's specialist."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.stations import own, public

urlpatterns = [
    path("stations/", public.listing, name="portal_stations"),
    path("stations/<int:unit>/", public.page, name="portal_station"),
    path("my/enterprises/<int:number>/specialist/", own.page, name="portal_specialist"),
    path("my/enterprises/<int:number>/specialist/photo/", own.photo, name="portal_specialist_photo"),
    path("my/enterprises/<int:number>/specialist/change/", own.change, name="portal_specialist_change"),
]
