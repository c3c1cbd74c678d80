from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "qifu.kernel.workdays"
    label = "workdays"
