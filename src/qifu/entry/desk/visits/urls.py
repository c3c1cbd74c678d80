"""Addresses of visits on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.visits import calendar, listing, plans, sheets

urlpatterns = [
    path("visits/", listing.listing, name="desk_visits"),
    path("visits/export/", listing.export, name="desk_visits_export"),
    path("visits/new/", sheets.new, name="desk_visit_new"),
    path("visits/calendar/", calendar.week, name="desk_visits_calendar"),
    path("visits/unseen/", calendar.unseen, name="desk_visits_unseen"),
    path("visits/unseen/export/", calendar.unseen_export, name="desk_visits_unseen_export"),
    path("visits/plans/", plans.listing, name="desk_visit_plans"),
    path("visits/plans/<int:number>/", plans.page, name="desk_visit_plan"),
    path("visits/plans/<int:number>/export/", plans.export, name="desk_visit_plan_export"),
    path("visits/plans/<int:number>/accept/", plans.accept, name="desk_visit_plan_accept"),
    path("visits/plans/<int:number>/drop/", plans.drop, name="desk_visit_plan_drop"),
    path("visits/<str:number>/", sheets.page, name="desk_visit"),
    path("visits/<str:number>/photos/<int:photo>/", sheets.picture, name="desk_visit_photo"),
    path("visits/<str:number>/<slug:step>/", sheets.step, name="desk_visit_step"),
]
