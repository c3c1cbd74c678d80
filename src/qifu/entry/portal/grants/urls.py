"""Addresses of grants for enterprises and for everybody."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.grants import duties, own, views

urlpatterns = [
    path("grants/", views.listing, name="portal_grants"),
    path("grants/schemes/<slug:code>/", views.scheme, name="portal_scheme"),
    path("grants/notices/<slug:number>/", views.notice, name="portal_notice"),
    path("my/grants/<slug:number>/", own.show, name="portal_grant"),
    path("my/grants/<slug:number>/form/", own.form, name="portal_grant_form"),
    path("my/grants/<slug:number>/account/", own.account, name="portal_grant_account"),
    path("my/grants/<slug:number>/decision/", own.decision, name="portal_grant_decision"),
    path("my/grants/<slug:number>/files/<int:file>/", own.attachment, name="portal_grant_file"),
    path("my/grants/<slug:number>/duties/", duties.show, name="portal_grant_duties"),
    path("my/grants/<slug:number>/duties/<int:duty>/<int:file>/", duties.attachment, name="portal_grant_duty_file"),
    path("my/grants/<slug:number>/duties/letters/<slug:case>/", duties.letter, name="portal_clawback_letter"),
    path("my/grants/<slug:number>/<slug:step>/", own.take, name="portal_grant_step"),
]
