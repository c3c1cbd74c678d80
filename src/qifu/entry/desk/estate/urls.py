"""Addresses of the buildings on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.estate import buildings, listing, lists, reshaping, rooms, rounds

urlpatterns = [
    path("buildings/", buildings.listing, name="desk_buildings"),
    path("buildings/export/", buildings.export, name="desk_buildings_export"),
    path("buildings/map/", buildings.drawn, name="desk_buildings_map"),
    path("buildings/confirmations/", rounds.confirmations, name="desk_confirmations"),
    path("buildings/lists/", lists.listing, name="desk_tenant_lists"),
    path("buildings/lists/<int:number>/", lists.page, name="desk_tenant_list"),
    path("buildings/lists/<int:number>/enter/", lists.enter, name="desk_tenant_list_enter"),
    path("buildings/lists/<int:number>/undo/", lists.undo, name="desk_tenant_list_undo"),
    path("buildings/<int:number>/", buildings.page, name="desk_building"),
    path("buildings/<int:number>/tenants/", buildings.tenants, name="desk_building_tenants"),
    path("buildings/<int:number>/managers/", rounds.grant, name="desk_mandate"),
    path("buildings/<int:number>/rounds/", rounds.begin, name="desk_round_begin"),
    path("mandates/<int:mandate>/end/", rounds.revoke, name="desk_mandate_end"),
    path("rooms/", listing.listing, name="desk_rooms"),
    path("rooms/export/", listing.export, name="desk_rooms_export"),
    path("rooms/tenants/", listing.names, name="desk_tenant_names"),
    path("rooms/<int:room>/split/", reshaping.split, name="desk_room_split"),
    path("rooms/<int:room>/merge/", reshaping.merge, name="desk_room_merge"),
    path("rooms/<int:room>/unshape/", reshaping.undo, name="desk_room_unshape"),
    path("rooms/<int:room>/", rooms.page, name="desk_room"),
    path("rooms/<int:room>/let/", rooms.let, name="desk_room_let"),
    path("rooms/<int:room>/facts/", rooms.facts, name="desk_room_facts"),
    path("tenancies/<int:tenancy>/", rooms.correct, name="desk_tenancy"),
    path("tenancies/<int:tenancy>/end/", rooms.end, name="desk_tenancy_end"),
    path("tenancies/<int:tenancy>/undo/", rooms.undo, name="desk_tenancy_undo"),
    path("rounds/<int:round>/", rounds.page, name="desk_round"),
    path("rounds/<int:round>/note/", rounds.note, name="desk_round_note"),
    path("rounds/<int:round>/end/", rounds.end, name="desk_round_end"),
]
