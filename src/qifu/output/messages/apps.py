"""The messages as an app: they deliver the channels sms, mail and inapp."""

from __future__ import annotations

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "qifu.output.messages"
    label = "messages_out"
    verbose_name = "消息"

    def ready(self) -> None:
        from qifu.kernel.outbox import Policy, register
        from qifu.output.messages import sending

        # A gateway that is down for an afternoon parks nothing: twelve tries reach over some five hours.
        patience = Policy(max_attempts=12, backoff=15, time_limit=60)
        for channel in sending.CHANNELS:
            register(channel, sending.send, policy=patience)
