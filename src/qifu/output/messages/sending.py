"""From an item of the queue to a letter in a vendor's hands."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings

from qifu.kernel.outbox import Delivery, Hopeless, Later, resolve
from qifu.output.messages import local, sms_http, smtp, wording
from qifu.output.messages.contract import Letter, Message, Vendor

CHANNELS = ("sms", "mail", "inapp")
VENDORS: dict[tuple[str, str], Vendor] = {
    ("sms", "local"): local.deliver,
    ("sms", "http"): sms_http.deliver,
    ("mail", "local"): local.deliver,
    ("mail", "smtp"): smtp.deliver,
    ("inapp", "local"): local.deliver,
}
UNSET = timedelta(minutes=5)
MISSING_VENDOR = {
    "sms": "短信通道尚未配置（QIFU_SMS），消息保留等待，配置后自动发出。",
    "mail": "邮件通道尚未配置（QIFU_MAIL），消息保留等待，配置后自动发出。",
}


def vendor_of(channel: str) -> str:
    """The vendor that serves the channel: by the settings, and the inbox always by ourselves; empty: none is named."""
    return "local" if channel == "inapp" else str(settings.VENDORS.get(channel, ""))


def send(delivery: Delivery) -> None:
    """Put the message into words, find its address, and hand it to the vendor.

    :raises Later: no vendor is configured.  :raises Hopeless: it can never be sent.
    """
    message = Message.read(delivery)
    name = vendor_of(message.channel)
    words = wording.wording(message.template)
    if words.good_for and delivery.now > delivery.posted_at + words.good_for:
        raise Hopeless(f"消息“{words.subject}”已过有效时间，没有发出。")
    if not name:
        raise Later(int(UNSET.total_seconds()), MISSING_VENDOR[message.channel])
    vendor = VENDORS.get((message.channel, name))
    if vendor is None:
        raise Later(int(UNSET.total_seconds()), f"配置的消息通道“{name}”不存在，消息保留等待，请更正配置。")
    vendor(_letter(message, delivery), delivery.now)


def _letter(message: Message, delivery: Delivery) -> Letter:
    body = wording.sms if message.channel == "sms" else wording.text
    return Letter(
        key=hashlib.sha256(f"{delivery.channel}:{delivery.key}".encode()).hexdigest()[:32],
        channel=message.channel,
        address=_address(message),
        reference=message.to,
        template=message.template,
        subject=wording.subject(message.template, message.variables),
        text=body(message.template, message.variables),
    )


def _address(message: Message) -> str:
    """The address of this moment; the inbox of an account is addressed by the account itself.

    :raises Hopeless: there is none.
    """
    kind, _, rest = message.to.partition(":")
    if message.channel == "inapp":
        if kind != "account" or not rest.isdecimal():
            raise Hopeless("站内消息只能发给平台账号，这一条没有发出。")
        return rest
    try:
        address = resolve(message.to, message.channel)
    except (LookupError, ValueError) as error:
        raise Hopeless(f"收件地址无法解析（{type(error).__name__}），消息没有发出。请查明后重试。") from error
    if not address:
        raise Hopeless("收件人没有登记可用的手机号或邮箱，消息没有发出。请补充后重试。")
    return address
