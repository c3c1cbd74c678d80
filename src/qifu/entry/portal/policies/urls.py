"""Addresses of policies on the portal."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.policies import own, views

urlpatterns = [
    path("policies/", views.listing, name="portal_policies"),
    path("policies/export/", views.export, name="portal_policies_export"),
    path("policies/calendar/", views.calendar, name="portal_policy_calendar"),
    path("policies/calculator/", views.calculator, name="portal_policy_calculator"),
    path("policies/<slug:code>/", views.item, name="portal_policy"),
    path("policies/<slug:code>/files/<int:file>/", views.attachment, name="portal_policy_file"),
    path("my/policies/", own.mine, name="portal_my_policies"),
    path("my/policies/tell/", own.tell, name="portal_policy_tell"),
    path("my/policies/seen/", own.seen, name="portal_policy_seen"),
    path("my/policies/wishes/", own.wishes, name="portal_policy_wishes"),
    path("my/policies/<slug:code>/applied/", own.applied, name="portal_policy_applied"),
    path("my/policies/pushes/<int:push>/answer/", own.answer, name="portal_policy_answer"),
]
