"""Addresses of what is carried away."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.exports import pages

urlpatterns = [
    path("exports/", pages.listing, name="desk_exports"),
    path("exports/progress/", pages.progress, name="desk_exports_progress"),
    path("exports/<int:number>/cancel/", pages.cancel, name="desk_export_cancel"),
    path("exports/<int:number>/file/", pages.file, name="desk_export_file"),
    path("exports/<slug:name>/", pages.ask, name="desk_export_ask"),
]
