"""Addresses of specialists on a phone. The service worker and the manifest stand below the pages that they serve."""

from __future__ import annotations

from django.urls import path

from qifu.entry.field import shell, sync

urlpatterns = [
    path("", shell.page, name="field"),
    path("sw.js", shell.worker, name="field_worker"),
    path("manifest.webmanifest", shell.manifest, name="field_manifest"),
    path("day/", sync.day, name="field_day"),
    path("reports/", sync.report, name="field_report"),
    path("visits/<str:number>/start/", sync.start, name="field_start"),
    path("visits/<str:number>/photos/", sync.photo, name="field_photo"),
]
