"""Addresses of goals and self-evaluation, below /desk/."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.performance import views

urlpatterns = [
    path("performance/", views.listing, name="desk_plans"),
    path("performance/new/", views.new, name="desk_plan_new"),
    path("performance/<int:number>/", views.show, name="desk_plan"),
    path("performance/<int:number>/form.docx", views.paper, name="desk_plan_paper"),
    path("performance/<int:number>/approve/", views.approve, name="desk_plan_approve"),
    path("performance/<int:number>/drop/", views.drop, name="desk_plan_drop"),
    path("performance/<int:number>/fill/", views.fill, name="desk_plan_fill"),
    path("performance/<int:number>/explain/", views.explain, name="desk_plan_explain"),
    path("performance/<int:number>/hand-in/", views.hand_in, name="desk_plan_hand_in"),
    path("performance/<int:number>/review/", views.review, name="desk_plan_review"),
    path("performance/<int:number>/indicators/<int:indicator>/", views.say, name="desk_plan_say"),
    path("performance/<int:number>/indicators/<int:indicator>/judge/", views.judge, name="desk_plan_judge"),
]
