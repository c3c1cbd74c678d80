"""The look and the shared pieces of every screen."""

from django.apps import AppConfig


class ThemeConfig(AppConfig):
    name = "qifu.entry.theme"
    label = "theme"
    verbose_name = "页面"
