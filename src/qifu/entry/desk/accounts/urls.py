"""Addresses of disclosures while they are composed, below /desk/."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.accounts import views

urlpatterns = [
    path("accounts/", views.listing, name="desk_accounts"),
    path("accounts/<int:number>/", views.show, name="desk_account"),
    path("accounts/<int:number>/text/", views.text, name="desk_account_text"),
    path("accounts/<int:number>/figure/", views.figure, name="desk_account_figure"),
    path("accounts/<int:number>/since/", views.since, name="desk_account_since"),
    path("accounts/<int:number>/download/<str:form>/", views.download, name="desk_account_download"),
    path("accounts/<int:number>/say/", views.say, name="desk_account_say"),
    path("accounts/<int:number>/step/<str:step>/", views.step, name="desk_account_step"),
]
