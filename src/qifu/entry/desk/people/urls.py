"""Addresses of units and members."""

from __future__ import annotations

from django.urls import path, re_path

from qifu.entry.desk.people import delegation, members, units

urlpatterns = [
    path("", units.tree, name="people_units"),
    path("units/new/", units.create, name="people_unit_new"),
    path("units/<int:unit>/", units.show, name="people_unit"),
    path("units/<int:unit>/edit/", units.edit, name="people_unit_edit"),
    path("units/<int:unit>/close/", units.close, name="people_unit_close"),
    path("units/<int:unit>/hours/", units.hours, name="people_hours"),
    path("units/<int:unit>/duty/", units.duty, name="people_duty"),
    path("units/<int:unit>/duty/<int:shift>/clear/", units.clear_duty, name="people_duty_clear"),
    path("members/", members.directory_page, name="people_members"),
    path("members/new/", members.create, name="people_member_new"),
    path("members/<int:account>/", members.show, name="people_member"),
    path("members/<int:account>/roles/", members.grant, name="people_grant"),
    re_path(
        r"^members/(?P<account>[0-9]{1,18})/(?P<step>reset|reactivate|deactivate|sign-out)/$",
        members.act,
        name="people_member_act",
    ),
    path("members/<int:account>/tokens/new/", members.issue_token, name="people_token_new"),
    path("systems/new/", members.create_service, name="people_service_new"),
    path("roles/<int:membership>/end/", members.end_role, name="people_role_end"),
    path("tokens/<int:token>/revoke/", members.revoke_token, name="people_token_revoke"),
    path("delegation/", delegation.mine, name="people_delegation"),
    path("delegation/<int:delegation>/revoke/", delegation.revoke, name="people_delegation_revoke"),
]
