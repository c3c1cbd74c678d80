from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "qifu.kernel.evidence"
    label = "evidence"
