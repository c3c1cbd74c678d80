"""The screens of specialists on the way."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "qifu.entry.field"
    label = "field"
    verbose_name = "走访"
