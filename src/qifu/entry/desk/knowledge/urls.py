"""Addresses of knowledge at the desk. Joined before the desk's own list, which takes any step of a case."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.knowledge import views

urlpatterns = [
    path("knowledge/", views.listed, name="desk_knowledge"),
    path("knowledge/new/", views.write, name="desk_article_new"),
    path("knowledge/<int:number>/", views.show, name="desk_article"),
    path("knowledge/<int:number>/edit/", views.change, name="desk_article_edit"),
    path("knowledge/<int:number>/publish/", views.publish, name="desk_article_publish"),
    path("knowledge/<int:number>/retire/", views.retire, name="desk_article_retire"),
    path("cases/<str:number>/article/", views.make, name="desk_case_article"),
]
