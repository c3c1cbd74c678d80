from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "qifu.kernel.files"
    label = "files"
