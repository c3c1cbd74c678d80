from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "qifu.kernel.receipts"
    label = "receipts"
