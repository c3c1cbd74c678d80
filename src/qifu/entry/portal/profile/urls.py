"""Addresses of an enterprise's own data."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.profile import views

urlpatterns = [
    path("<int:number>/profile/", views.page, name="portal_profile"),
    path("<int:number>/profile/<slug:field>/", views.field, name="portal_profile_field"),
    path("corrections/<int:number>/withdraw/", views.withdraw, name="portal_correction_withdraw"),
]
