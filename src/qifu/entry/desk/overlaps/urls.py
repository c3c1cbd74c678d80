"""Addresses of overlaps on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.overlaps import views

urlpatterns = [
    path("overlaps/", views.listing, name="desk_overlaps"),
    path("overlaps/<int:number>/judge/", views.judge, name="desk_overlap_judge"),
]
