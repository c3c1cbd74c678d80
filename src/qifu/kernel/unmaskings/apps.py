from django.apps import AppConfig


class UnmaskingsConfig(AppConfig):
    name = "qifu.kernel.unmaskings"
    label = "unmaskings"
