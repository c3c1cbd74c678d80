from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "qifu.kernel.measures"
    label = "measures"
