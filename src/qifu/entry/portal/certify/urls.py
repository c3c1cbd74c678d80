"""Addresses of a contact's enterprises."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.certify import views

urlpatterns = [
    path("", views.mine, name="portal_enterprises"),
    path("certify/", views.certify, name="portal_certify"),
    path("certify/<int:number>/withdraw/", views.withdraw, name="portal_certify_withdraw"),
    path("invitations/<int:invitation>/accept/", views.accept, name="portal_invitation_accept"),
    path("<int:number>/", views.page, name="portal_enterprise"),
    path("<int:number>/welcome/close/", views.close_welcome, name="portal_welcome_close"),
    path("<int:number>/switch/", views.switch, name="portal_enterprise_switch"),
    path("<int:number>/invite/", views.invite, name="portal_invite"),
    path("<int:number>/colleagues/<int:agency>/remove/", views.remove, name="portal_colleague_remove"),
    path("<int:number>/invitations/<int:invitation>/withdraw/", views.uninvite, name="portal_uninvite"),
]
