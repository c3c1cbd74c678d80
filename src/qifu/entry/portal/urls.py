"""Addresses of enterprises and visitors: home, cases, messages, help. Signing in and certification bring their own lists."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.cases import lists, new, receipt, sheets
from qifu.entry.portal.home import inbox, views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("help/", views.how, name="help"),
    path("answers/<int:article>/vote/", new.vote, name="vote"),
    path("messages/", inbox.inbox, name="messages"),
    path("messages/read/", inbox.mark_read, name="messages_read"),
    path("demo/messages/", inbox.viewer, name="sent"),
    path("cases/", lists.mine, name="cases"),
    path("cases/new/", new.new, name="new"),
    path("cases/new/answers/", new.answers, name="answers"),
    path("cases/new/places/", new.places, name="places"),
    path("cases/<str:number>/", sheets.show, name="case"),
    path("cases/<str:number>/receipt/", receipt.receipt, name="receipt"),
    path("cases/<str:number>/files/<int:file>/", sheets.attachment, name="file"),
    path("cases/<str:number>/answer/", sheets.answer, name="answer"),
    path("cases/<str:number>/conclude/", sheets.conclude, name="conclude"),
    path("cases/<str:number>/<slug:step>/", sheets.take_step, name="step"),
]
