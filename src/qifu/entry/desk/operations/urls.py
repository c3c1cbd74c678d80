"""Addresses of the screens of those who run the system."""

from __future__ import annotations

from django.urls import path

from qifu.entry.desk.operations import days, erasing, learned, page

urlpatterns = [
    path("operations/", page.operations, name="desk_operations"),
    path("operations/erase/", erasing.erase_case, name="desk_erase"),
    path("calendar/", days.calendar, name="desk_calendar"),
    path("models/", learned.models, name="desk_models"),
    path("models/train/", learned.train_now, name="desk_models_train"),
    path("models/auto/", learned.allow, name="desk_models_auto"),
]
