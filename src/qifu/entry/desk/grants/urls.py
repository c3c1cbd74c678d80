"""Addresses of grants on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.grants import after, effect, money, notices, returns, schemes, visits, work

urlpatterns = [
    path("grants/", work.listing, name="desk_grants"),
    path("grants/act/", work.act, name="desk_grants_act"),
    path("grants/schemes/", schemes.listing, name="desk_schemes"),
    path("grants/schemes/new/", schemes.new, name="desk_scheme_new"),
    path("grants/schemes/<int:version>/", schemes.show, name="desk_scheme"),
    path("grants/schemes/<int:version>/edit/", schemes.edit, name="desk_scheme_edit"),
    path("grants/schemes/<int:version>/<slug:act>/", schemes.act, name="desk_scheme_act"),
    path("grants/notices/", notices.listing, name="desk_notices"),
    path("grants/notices/<slug:number>/", notices.show, name="desk_notice"),
    path("grants/objections/<slug:number>/", notices.settle, name="desk_objection"),
    path("grants/money/", money.overview, name="desk_money"),
    path("grants/money/check/", money.check, name="desk_money_check"),
    path("grants/money/check/workbook/", money.check_workbook, name="desk_money_check_workbook"),
    path("grants/money/returns/<int:number>/", returns.show, name="desk_bank_return"),
    path("grants/money/returns/<int:number>/progress/", returns.progress, name="desk_bank_return_progress"),
    path("grants/money/lines/<int:line>/", money.ledger, name="desk_fund_line"),
    path("grants/money/batches/<slug:number>/", money.batch, name="desk_batch"),
    path("grants/money/batches/<slug:number>/file/", money.bank_file, name="desk_batch_file"),
    path("grants/after/", after.listing, name="desk_after"),
    path("grants/after/<int:number>/", after.show, name="desk_after_one"),
    path("grants/after/<int:number>/files/<int:file>/", after.attachment, name="desk_after_file"),
    path("grants/after/letters/<slug:case>/", after.letter, name="desk_clawback_letter"),
    path("grants/effect/", effect.page, name="desk_effect"),
    path("grants/<slug:number>/", work.show, name="desk_grant"),
    path("grants/<slug:number>/decision/", work.decision, name="desk_grant_decision"),
    path("grants/<slug:number>/visit/", visits.enter, name="desk_grant_visit"),
    path("grants/<slug:number>/files/<int:file>/", work.attachment, name="desk_grant_file"),
    path("grants/<slug:number>/<slug:step>/", work.take, name="desk_grant_step"),
]
