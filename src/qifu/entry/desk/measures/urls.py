"""Addresses of measures, below /desk/."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.measures import monthly, views

urlpatterns = [
    path("measures/", views.listing, name="desk_measures"),
    path("measures/export/", views.export, name="desk_measures_export"),
    path("measures/monthly/", monthly.show, name="desk_monthly"),
    path("measures/monthly/paper/", monthly.paper, name="desk_monthly_paper"),
    path("measures/snapshots/<int:number>/", views.frozen, name="desk_snapshot"),
    path("measures/<str:name>/", views.show, name="desk_measure"),
    path("measures/<str:name>/rows/", views.rows, name="desk_measure_rows"),
    path("measures/<str:name>/freeze/", views.freeze, name="desk_measure_freeze"),
]
