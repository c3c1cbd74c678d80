"""Addresses of budget and execution, below /desk/."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.budget import ledger, plans, views

urlpatterns = [
    path("budget/", views.overview, name="desk_budget"),
    path("budget/export/", views.export, name="desk_budget_export"),
    path("budget/subjects/", views.chart, name="desk_budget_subjects"),
    path("budget/projects/<int:number>/", views.project, name="desk_budget_project"),
    path("budget/versions/", plans.versions, name="desk_budget_versions"),
    path("budget/versions/<int:number>/", plans.version, name="desk_budget_version"),
    path("budget/versions/<int:number>/approve/", plans.approve, name="desk_budget_approve"),
    path("budget/versions/<int:number>/drop/", plans.drop, name="desk_budget_drop"),
    path("budget/year/", plans.year, name="desk_budget_year"),
    path("budget/year/number/", plans.state, name="desk_budget_state"),
    path("budget/year/contract/", plans.buy, name="desk_budget_buy"),
    path("budget/vouchers/", ledger.listing, name="desk_vouchers"),
    path("budget/vouchers/pull/", ledger.pull, name="desk_vouchers_pull"),
    path("budget/vouchers/export/", ledger.export, name="desk_vouchers_export"),
    path("budget/vouchers/<int:number>/", ledger.show, name="desk_voucher"),
    path("budget/vouchers/<int:number>/reverse/", ledger.take_back, name="desk_voucher_reverse"),
    path("budget/months/close/", ledger.close, name="desk_month_close"),
    path("budget/imports/", ledger.imports, name="desk_voucher_imports"),
    path("budget/imports/<int:number>/", ledger.tried, name="desk_voucher_import"),
    path("budget/imports/<int:number>/enter/", ledger.enter, name="desk_voucher_enter"),
]
