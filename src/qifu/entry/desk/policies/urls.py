"""Addresses of policies at the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.policies import documents, editor, figures, items, listing

ITEM = "policies/items/<slug:code>/"
urlpatterns = [
    path("policies/", listing.library, name="desk_policies"),
    path("policies/export/", listing.export, name="desk_policies_export"),
    path("policies/match/", listing.match, name="desk_policies_match"),
    path("policies/push/", listing.push, name="desk_policies_push"),
    path("policies/documents/", documents.listing, name="desk_policy_documents"),
    path("policies/documents/new/", documents.enter, name="desk_policy_document_new"),
    path("policies/documents/<int:document>/", documents.show, name="desk_policy_document"),
    path("policies/documents/<int:document>/edit/", documents.correct, name="desk_policy_document_edit"),
    path("policies/documents/<int:document>/relate/", documents.relate, name="desk_policy_document_relate"),
    path("policies/documents/<int:document>/repeal/", documents.repeal, name="desk_policy_document_repeal"),
    path("policies/documents/<int:document>/item/", editor.begin, name="desk_policy_new"),
    path("policies/compose/", editor.compose, name="desk_policy_compose"),
    path("policies/preview/", editor.preview, name="desk_policy_preview"),
    path("policies/coverage/", figures.coverage, name="desk_policy_coverage"),
    path("policies/unclaimed/", figures.unclaimed, name="desk_policy_unclaimed"),
    path("policies/unclaimed/<slug:code>/", figures.behind, name="desk_policy_behind"),
    path("policies/unclaimed/<slug:code>/export/", figures.export, name="desk_policy_behind_export"),
    path("policies/funnel/", figures.funnel, name="desk_policy_funnel"),
    path("policies/funnel/<int:push>/handle/", figures.handle, name="desk_policy_handle"),
    path(ITEM, items.show, name="desk_policy"),
    path(ITEM + "renew/", items.renew, name="desk_policy_renew"),
    path(ITEM + "compare/", items.compare, name="desk_policy_compare"),
    path(ITEM + "<int:revision>/edit/", editor.edit, name="desk_policy_edit"),
    path(ITEM + "<int:revision>/read/", items.read, name="desk_policy_read"),
    path(ITEM + "<int:revision>/publish/", items.publish, name="desk_policy_publish"),
    path(ITEM + "<int:revision>/withdraw/", items.withdraw, name="desk_policy_withdraw"),
    path(ITEM + "<int:revision>/cases/", items.add_case, name="desk_policy_case"),
    path(ITEM + "<int:revision>/cases/<int:example>/drop/", items.drop_case, name="desk_policy_case_drop"),
]
