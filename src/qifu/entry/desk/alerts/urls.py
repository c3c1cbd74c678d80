"""Addresses of alerts at the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.alerts import listing, panel, rules, sheets

__all__ = ["panel", "urlpatterns"]  # the panel enters itself

urlpatterns = [
    path("alerts/", listing.listing, name="desk_alerts"),
    path("alerts/export/", listing.export, name="desk_alerts_export"),
    path("alerts/rules/", rules.listing, name="desk_alert_rules"),
    path("alerts/rules/<slug:code>/retire/", rules.retire, name="desk_alert_rule_retire"),
    path("alerts/rules/<slug:code>/revive/", rules.revive, name="desk_alert_rule_revive"),
    path("alerts/rules/<slug:code>/route/", rules.route, name="desk_alert_rule_route"),
    path("alerts/<int:alert>/", sheets.show, name="desk_alert"),
    path("alerts/<int:alert>/close/", sheets.close, name="desk_alert_close"),
    path("alerts/<int:alert>/dismiss/", sheets.dismiss, name="desk_alert_dismiss"),
]
