"""Addresses of the desk. People and the registry bring their own lists."""

from __future__ import annotations

from django.urls import include, path

app_name = "desk"
urlpatterns = [
    path("", include("qifu.entry.desk.cases.urls")),
]
