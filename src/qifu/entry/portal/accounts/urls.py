"""Addresses of published final accounts."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.accounts import views

urlpatterns = [
    path("accounts/", views.listing, name="portal_accounts"),
    path("accounts/<int:number>/", views.show, name="portal_account"),
    path("accounts/<int:number>/figure/", views.figure, name="portal_account_figure"),
    path("accounts/<int:number>/download/<str:form>/", views.download, name="portal_account_download"),
]
