"""Addresses of the collection of policies at the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.policies_collection import findings, sources

PLACE = "policies/collection/"
urlpatterns = [
    path(PLACE, findings.listing, name="desk_findings"),
    path(PLACE + "export/", findings.export, name="desk_findings_export"),
    path(PLACE + "freshness/", findings.freshness, name="desk_findings_freshness"),
    path(PLACE + "sources/", sources.listing, name="desk_sources"),
    path(PLACE + "sources/new/", sources.new, name="desk_source_new"),
    path(PLACE + "sources/<int:number>/", sources.show, name="desk_source"),
    path(PLACE + "sources/<int:number>/<slug:step>/", sources.step, name="desk_source_step"),
    path(PLACE + "<int:number>/", findings.show, name="desk_finding"),
    path(PLACE + "<int:number>/take/", findings.take, name="desk_finding_take"),
    path(PLACE + "<int:number>/<slug:step>/", findings.decide, name="desk_finding_step"),
]
