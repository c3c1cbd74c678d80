"""Addresses of subsidised interest on the desk."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.subsidies import views

urlpatterns = [
    path("subsidies/", views.listing, name="desk_subsidies"),
    path("subsidies/new/", views.new, name="desk_subsidy_new"),
    path("subsidies/banks/", views.banks, name="desk_subsidy_banks"),
    path("subsidies/<int:number>/", views.programme, name="desk_subsidy"),
    path("subsidies/<int:number>/template/", views.blank, name="desk_subsidy_template"),
    path("subsidies/<int:number>/lists/", views.hand, name="desk_subsidy_hand"),
    path("subsidies/<int:number>/work/", views.work, name="desk_subsidy_work"),
    path("subsidies/lists/<int:number>/", views.loan_list, name="desk_loan_list"),
    path("subsidies/lists/<int:number>/enter/", views.list_step, {"step": "enter"}, name="desk_loan_list_enter"),
    path("subsidies/lists/<int:number>/undo/", views.list_step, {"step": "undo"}, name="desk_loan_list_undo"),
    path("subsidies/settlements/<int:number>/", views.settlement, name="desk_settlement"),
    path("subsidies/settlements/<int:number>/decide/", views.decide, name="desk_settlement_decide"),
    path("subsidies/settlements/<int:number>/export/", views.export, name="desk_settlement_export"),
    path("subsidies/loans/<int:number>/", views.loan, name="desk_loan"),
    path("subsidies/loans/<int:number>/drop/", views.drop, name="desk_loan_drop"),
]
