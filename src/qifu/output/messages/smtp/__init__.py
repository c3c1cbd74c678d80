"""Mail by the SMTP server of the settings."""

from __future__ import annotations

import smtplib
from datetime import datetime

from django.core.mail import EmailMessage, get_connection

from qifu.output.messages.contract import GatewayDown, Letter, Refused


def deliver(letter: Letter, now: datetime) -> None:
    """Send the letter; its Message-ID is the same at each repetition, so that a mailbox shows it once.

    :raises GatewayDown: the server does not answer or asks to try again.  :raises Refused: it refuses the letter.
    """
    mail = EmailMessage(
        subject=letter.subject,
        body=letter.text,
        to=[letter.address],
        headers={"Message-ID": f"<{letter.key}@qifu>", "X-Qifu-Key": letter.key},
        connection=get_connection(),
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _ in error.recipients.values()):
            raise Refused("邮件服务器拒收该邮箱地址，请核对后重试。") from error
        raise GatewayDown("邮件服务器暂时拒收，稍后自动重试。") from error
    except (smtplib.SMTPException, OSError) as error:
        raise GatewayDown(f"邮件服务器没有收下邮件（{type(error).__name__}），稍后自动重试。") from error
