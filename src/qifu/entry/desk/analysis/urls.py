"""Addresses of the analysis."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.analysis import views

urlpatterns = [
    path("analysis/", views.page, name="desk_analysis"),
    path("analysis/<slug:form>/", views.paper, name="desk_analysis_paper"),
]
