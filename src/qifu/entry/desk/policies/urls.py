"""Addresses of policies at the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.policies import answers, claims, documents, editor, figures, items, listing, push_runs

ITEM = "policies/items/<slug:code>/"
urlpatterns = [
    path("policies/", listing.library, name="desk_policies"),
    path("policies/export/", listing.export, name="desk_policies_export"),
    path("policies/match/", listing.match, name="desk_policies_match"),
    path("policies/push/", push_runs.begin, name="desk_policies_push"),
    path("policies/push/<int:run>/", push_runs.page, name="desk_policy_push_run"),
    path("policies/push/<int:run>/progress/", push_runs.progress, name="desk_policy_push_run_progress"),
    path("policies/push/<int:run>/stop/", push_runs.stop, name="desk_policy_push_run_stop"),
    path("policies/documents/", documents.listing, name="desk_policy_documents"),
    path("policies/documents/new/", documents.enter, name="desk_policy_document_new"),
    path("policies/documents/<int:document>/", documents.show, name="desk_policy_document"),
    path("policies/documents/<int:document>/edit/", documents.correct, name="desk_policy_document_edit"),
    path("policies/documents/<int:document>/files/<int:file>/", documents.attachment, name="desk_policy_document_file"),
    path("policies/documents/<int:document>/files/<int:file>/drop/", documents.detach, name="desk_policy_detach"),
    path("policies/documents/<int:document>/relate/", documents.relate, name="desk_policy_document_relate"),
    path("policies/documents/<int:document>/repeal/", documents.repeal, name="desk_policy_document_repeal"),
    path("policies/documents/<int:document>/item/", editor.begin, name="desk_policy_new"),
    path("policies/compose/", editor.compose, name="desk_policy_compose"),
    path("policies/preview/", editor.preview, name="desk_policy_preview"),
    path("policies/claims/", claims.listing, name="desk_policy_claims"),
    path("policies/claims/export/", claims.export, name="desk_policy_claims_export"),
    path("policies/claims/lists/", claims.lists, name="desk_policy_claim_lists"),
    path("policies/claims/lists/<int:number>/", claims.page, name="desk_policy_claim_list"),
    path("policies/claims/lists/<int:number>/rejects/", claims.rejects, name="desk_policy_claim_list_rejects"),
    path("policies/claims/lists/<int:number>/enter/", claims.enter, name="desk_policy_claim_list_enter"),
    path("policies/claims/lists/<int:number>/undo/", claims.undo, name="desk_policy_claim_list_undo"),
    path("policies/coverage/", figures.coverage, name="desk_policy_coverage"),
    path("policies/unclaimed/", figures.unclaimed, name="desk_policy_unclaimed"),
    path("policies/unclaimed/<slug:code>/", figures.behind, name="desk_policy_behind"),
    path("policies/unclaimed/<slug:code>/export/", figures.export, name="desk_policy_behind_export"),
    path("policies/funnel/", figures.funnel, name="desk_policy_funnel"),
    path("policies/funnel/<int:push>/handle/", figures.handle, name="desk_policy_handle"),
    path(ITEM, items.show, name="desk_policy"),
    path(ITEM + "renew/", items.renew, name="desk_policy_renew"),
    path(ITEM + "firms/", answers.choose, name="desk_policy_answer_choose"),
    path(ITEM + "firms/<int:enterprise>/", answers.show, name="desk_policy_answer"),
    path(ITEM + "compare/", items.compare, name="desk_policy_compare"),
    path(ITEM + "<int:revision>/edit/", editor.edit, name="desk_policy_edit"),
    path(ITEM + "<int:revision>/read/", items.read, name="desk_policy_read"),
    path(ITEM + "<int:revision>/publish/", items.publish, name="desk_policy_publish"),
    path(ITEM + "<int:revision>/withdraw/", items.withdraw, name="desk_policy_withdraw"),
    path(ITEM + "<int:revision>/cases/", items.add_case, name="desk_policy_case"),
    path(ITEM + "<int:revision>/cases/<int:example>/drop/", items.drop_case, name="desk_policy_case_drop"),
]
