from django.apps import AppConfig


class AppealsConfig(AppConfig):
    name = "qifu.domain.appeals"
    label = "appeals"

    def ready(self) -> None:
        """Let messages find the number that was left with a case, at the moment of sending."""
        from qifu.domain.appeals import measures
        from qifu.domain.appeals.queries.contacts import phone_to_send
        from qifu.kernel.measures import register as register_measures
        from qifu.kernel.outbox import register_resolver

        register_resolver("appeal", phone_to_send)
        register_measures("appeals", "诉求", measures.DECLARED)
