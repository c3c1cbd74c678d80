"""Addresses of the enterprise file."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.dossiers import views

urlpatterns = [
    path("enterprises/<int:number>/file/", views.show, name="desk_enterprise_file"),
    path("enterprises/<int:number>/file.docx", views.paper, name="desk_enterprise_paper"),
]
