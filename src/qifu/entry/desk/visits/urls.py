"""Addresses of visits on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.visits import calendar, listing, plans, sheets, specialists, stations

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
    path("visits/stations/", stations.listing, name="desk_stations"),
    path("visits/stations/<int:unit>/", stations.page, name="desk_station"),
    path("visits/specialists/", specialists.listing, name="desk_specialists"),
    path("visits/specialists/export/", specialists.export, name="desk_specialists_export"),
    path("visits/specialists/deal/<int:street>/", specialists.preview, name="desk_specialists_preview"),
    path("visits/specialists/deal/<int:street>/do/", specialists.deal, name="desk_specialists_deal"),
    path("visits/specialists/wishes/<int:wish>/", specialists.answer, name="desk_specialist_answer"),
    path("visits/specialists/<int:account>/", specialists.page, name="desk_specialist"),
    path("visits/specialists/<int:account>/photo/", specialists.photo, name="desk_specialist_photo"),
    path("visits/specialists/<int:account>/profile/", specialists.profile, name="desk_specialist_profile"),
    path("visits/specialists/<int:account>/training/", specialists.training, name="desk_specialist_training"),
    path("visits/specialists/<int:account>/hand-over/", specialists.hand_over, name="desk_specialist_hand_over"),
    path("visits/<str:number>/", sheets.page, name="desk_visit"),
    path("visits/<str:number>/photos/<int:photo>/", sheets.picture, name="desk_visit_photo"),
    path("visits/<str:number>/<slug:step>/", sheets.step, name="desk_visit_step"),
]
