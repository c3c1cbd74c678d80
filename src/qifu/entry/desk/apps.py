"""The screens of officials."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "qifu.entry.desk"
    label = "desk"
    verbose_name = "工作台"
