"""Addresses of the examination of documents, open to anyone signed in."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.disclosure import views

urlpatterns = [
    path("", views.listed, name="examinations"),
    path("batches/<int:number>/", views.batch, name="examination_batch"),
    path("batches/<int:number>/table.xlsx", views.batch_table, name="examination_batch_table"),
    path("<int:number>/", views.show, name="examination"),
    path("<int:number>/progress/", views.progress, name="examination_progress"),
    path("<int:number>/report.docx", views.report, name="examination_report"),
    path("<int:number>/model.json", views.data, name="examination_data"),
    path("<int:number>/file/", views.original, name="examination_file"),
    path("<int:number>/again/", views.again, name="examination_again"),
    path("<int:number>/drop/", views.drop, name="examination_drop"),
    path("<int:number>/repairs/right/", views.confirm, name="examination_repairs"),
    path("<int:number>/repairs/<int:place>/<slug:word>/", views.judge, name="examination_repair"),
]
