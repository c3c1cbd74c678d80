"""Addresses of relief on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.relief import views

urlpatterns = [
    path("relief/", views.listing, name="desk_reliefs"),
    path("relief/new/", views.new, name="desk_relief_new"),
    path("relief/<int:number>/", views.scheme, name="desk_relief"),
    path("relief/<int:number>/template/", views.blank, name="desk_relief_template"),
    path("relief/<int:number>/lists/", views.hand, name="desk_relief_hand"),
    path("relief/lists/<int:number>/", views.relief_list, name="desk_relief_list"),
    path("relief/lists/<int:number>/enter/", views.step, {"step": "enter"}, name="desk_relief_enter"),
    path("relief/lists/<int:number>/undo/", views.step, {"step": "undo"}, name="desk_relief_undo"),
    path("relief/lists/<int:number>/decide/", views.decide, name="desk_relief_decide"),
    path("relief/lists/<int:number>/export/", views.export, name="desk_relief_export"),
    path("relief/people/<int:number>/show/", views.show, name="desk_relief_show"),
    path("relief/people/<int:number>/drop/", views.drop, name="desk_relief_drop"),
]
