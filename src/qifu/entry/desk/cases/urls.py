"""Addresses of the desk's screens for cases."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.cases import batch, categories, entry, evidence, lists, outbox, promises, replies, sheets

urlpatterns = [
    path("", lists.work, name="work"),
    path("cases/", lists.everything, name="cases"),
    path("supervision/", lists.supervision, name="supervision"),
    path("batch/", batch.batch, name="batch"),
    path("export/", batch.export, name="export"),
    path("cases/<str:number>/", sheets.show, name="case"),
    path("cases/<str:number>/phone/", sheets.phone, name="phone"),
    path("cases/<str:number>/files/<int:file>/", sheets.attachment, name="file"),
    path("cases/<str:number>/similar/", sheets.alike, name="similar"),
    path("cases/<str:number>/order/<int:order>.docx", sheets.order, name="order"),
    path("cases/<str:number>/<slug:step>/", sheets.take_step, name="step"),
    path("staff/", sheets.staff, name="staff"),
    path("new/", entry.new, name="new"),
    path("new/firms/", entry.firms, name="firms"),
    path("new/open/", entry.still_open, name="still_open"),
    path("templates/", replies.templates, name="templates"),
    path("templates/new/", replies.write, name="template_new"),
    path("templates/<int:template>/", replies.write, name="template"),
    path("templates/<int:template>/drop/", replies.drop, name="template_drop"),
    path("settings/", promises.promises, name="settings"),
    path("settings/promises/", promises.promises, name="promises"),
    path("settings/promises/<slug:kind>/<slug:urgency>/<slug:clock>/", promises.change, name="promise"),
    path("settings/categories/", categories.categories, name="categories"),
    path("settings/categories/new/", categories.add, name="category_new"),
    path("settings/categories/<int:category>/", categories.change, name="category"),
    path("settings/categories/<int:category>/<slug:act>/", categories.retire, name="category_act"),
    path("queue/", outbox.queue, name="outbox"),
    path("queue/<int:item>/<slug:act>/", outbox.act, name="outbox_act"),
    path("evidence/", evidence.records, name="evidence"),
    path("evidence/verify/", evidence.verify_now, name="verify"),
]
