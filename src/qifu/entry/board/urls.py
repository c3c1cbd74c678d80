"""Addresses of the board."""

from __future__ import annotations

from django.urls import path

from qifu.entry.board import grants, industries, overview, policies, views

app_name = "board"
urlpatterns = [
    path("board/", views.home, name="home"),
    path("board/overview/", overview.overview, name="overview"),
    path("board/rows/", views.rows, name="rows"),
    path("board/rows/download/", views.download, name="download"),
    path("board/evaluation/", views.evaluation, name="evaluation"),
    path("board/evaluation/download/", views.evaluation_file, name="evaluation_file"),
    path("board/policies/", policies.policies, name="policies"),
    path("board/grants/", grants.grants, name="grants"),
    path("board/industries/", industries.industries, name="industries"),
    path("open/", views.open_figures, name="open"),
    path("open/<slug:month>/", views.open_rows, name="open_rows"),
]
