"""Addresses of the registry and the buildings on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.registry import buildings, certifications, enterprises, loads

urlpatterns = [
    path("enterprises/", enterprises.listing, name="desk_enterprises"),
    path("enterprises/facets/", enterprises.facets, name="desk_enterprises_facets"),
    path("enterprises/export/", enterprises.export, name="desk_enterprises_export"),
    path("enterprises/suggest/", enterprises.suggest, name="desk_enterprises_suggest"),
    path("enterprises/<int:number>/", enterprises.page, name="desk_enterprise"),
    path("enterprises/<int:number>/phone/", enterprises.phone, name="desk_enterprise_phone"),
    path("enterprises/loads/", loads.listing, name="desk_loads"),
    path("enterprises/loads/new/", loads.new, name="desk_load_new"),
    path("enterprises/loads/<int:number>/", loads.page, name="desk_load"),
    path("enterprises/loads/<int:number>/progress/", loads.progress, name="desk_load_progress"),
    path("enterprises/loads/<int:number>/rejects/", loads.rejects, name="desk_load_rejects"),
    path("enterprises/loads/<int:number>/check/", loads.check, name="desk_load_check"),
    path("enterprises/loads/<int:number>/<str:step>/", loads.step, name="desk_load_step"),
    path("certifications/", certifications.listing, name="desk_certifications"),
    path("certifications/<int:number>/", certifications.page, name="desk_certification"),
    path("certifications/<int:number>/approve/", certifications.approve, name="desk_certification_approve"),
    path("certifications/<int:number>/refuse/", certifications.refuse, name="desk_certification_refuse"),
    path("certifications/<int:number>/files/<int:file>/", certifications.file, name="desk_certification_file"),
    path("buildings/", buildings.listing, name="desk_buildings"),
    path("buildings/<int:number>/", buildings.page, name="desk_building"),
]
