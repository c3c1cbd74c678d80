"""The choice of a language; the style guide, for the demo and for developing."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from qifu.entry.theme.guide import guide

urlpatterns = [
    path("language/", require_POST(set_language), name="set_language"),
    path("guide/", guide, name="guide"),
    path("guide/<slug:face>/", guide, name="guide_face"),
]
