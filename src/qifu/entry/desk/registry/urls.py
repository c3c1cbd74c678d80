"""Addresses of the registry on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.registry import (
    certifications,
    classes,
    enterprises,
    golden,
    loads,
    merges,
    pairings,
)

urlpatterns = [
    path("enterprises/", enterprises.listing, name="desk_enterprises"),
    path("enterprises/facets/", enterprises.facets, name="desk_enterprises_facets"),
    path("enterprises/export/", enterprises.export, name="desk_enterprises_export"),
    path("enterprises/suggest/", enterprises.suggest, name="desk_enterprises_suggest"),
    path("enterprises/<int:number>/", enterprises.page, name="desk_enterprise"),
    path("enterprises/<int:number>/phone/", enterprises.phone, name="desk_enterprise_phone"),
    path("enterprises/<int:number>/fields/", golden.fields, name="desk_enterprise_fields"),
    path("enterprises/<int:number>/fields/<slug:field>/", golden.correct, name="desk_enterprise_correct"),
    path("enterprises/<int:number>/merge/", merges.merge, name="desk_enterprise_merge"),
    path("enterprises/<int:number>/split/", merges.split, name="desk_enterprise_split"),
    path("enterprises/merges/<int:number>/undo/", merges.undo, name="desk_merge_undo"),
    path("enterprises/rows/<int:number>/", golden.row, name="desk_source_row"),
    path("enterprises/pairings/", pairings.listing, name="desk_pairings"),
    path("enterprises/pairings/<int:number>/", pairings.page, name="desk_pairing"),
    path("enterprises/pairings/<int:number>/<slug:word>/", pairings.decide, name="desk_pairing_decide"),
    path("enterprises/corrections/", golden.listing, name="desk_corrections"),
    path("enterprises/corrections/<int:number>/", golden.page, name="desk_correction"),
    path("enterprises/corrections/<int:number>/accept/", golden.accept, name="desk_correction_accept"),
    path("enterprises/corrections/<int:number>/refuse/", golden.refuse, name="desk_correction_refuse"),
    path("enterprises/corrections/<int:number>/files/<int:file>/", golden.file, name="desk_correction_file"),
    path("enterprises/classes/", classes.page, name="desk_classes"),
    path("enterprises/classes/candidates/", classes.candidates, name="desk_candidates"),
    path("enterprises/classes/<slug:key>/", classes.members, name="desk_class"),
    path("enterprises/loads/", loads.listing, name="desk_loads"),
    path("enterprises/loads/new/", loads.new, name="desk_load_new"),
    path("enterprises/loads/<int:number>/", loads.page, name="desk_load"),
    path("enterprises/loads/<int:number>/progress/", loads.progress, name="desk_load_progress"),
    path("enterprises/loads/<int:number>/rows/<slug:kind>/", loads.rows, name="desk_load_rows"),
    path("enterprises/loads/<int:number>/rejects/", loads.rejects, name="desk_load_rejects"),
    path("enterprises/loads/<int:number>/check/", loads.check, name="desk_load_check"),
    path("enterprises/loads/<int:number>/<str:step>/", loads.step, name="desk_load_step"),
    path("certifications/", certifications.listing, name="desk_certifications"),
    path("certifications/<int:number>/", certifications.page, name="desk_certification"),
    path("certifications/<int:number>/approve/", certifications.approve, name="desk_certification_approve"),
    path("certifications/<int:number>/refuse/", certifications.refuse, name="desk_certification_refuse"),
    path("certifications/<int:number>/files/<int:file>/", certifications.file, name="desk_certification_file"),
]
