from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "qifu.kernel.exports"
    label = "exports"
