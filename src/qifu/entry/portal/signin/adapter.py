"""How the sign-in library works here: our words, our start pages, our record of each signing in, sealed secrets."""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse

from qifu.domain.people import actions, queries
from qifu.entry.theme.context import home_of
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel import sealed

SENTENCES = {
    "account/messages/logged_out.txt": "您已退出登录。",
    "account/messages/password_changed.txt": "密码已修改，其他设备上的登录已全部退出。",
    "mfa/messages/totp_activated.txt": "动态口令已启用，下次登录时需要输入。",
    "mfa/messages/totp_deactivated.txt": "动态口令已停用，请尽快重新启用以保护账号。",
    "mfa/messages/recovery_codes_generated.txt": "已生成新的备用码，旧的备用码全部作废。",
}


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in of both kinds of people."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "这个账号已停用，请联系管理员。",
        "enter_current_password": "当前密码不对，请重新输入。",
        "incorrect_password": "密码不对，请重新输入。",
        "username_password_mismatch": "用户名或密码不对，请重新输入。连续错误 5 次将锁定 15 分钟。",
        "too_many_login_attempts": "尝试次数过多，请 15 分钟后再试。",
        "rate_limited": "操作太频繁，请稍后再试。",
        "incorrect_code": "口令不对或已过期，请输入最新的 6 位数字。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Members are admitted by administrators; contacts come by their proved number."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_of(cast(PersonRequest, request).actor)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        now = cast(PersonRequest, request).now
        actor = queries.actor_of(user, now)
        cast(PersonRequest, request).actor = actor
        how = "+".join(record["method"] for record in get_authentication_records(request, user))
        actions.signed_in(actor=actor, now=now, how=how)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say our own sentence; what has none is not said."""
        sentence = message or SENTENCES.get(message_template or "")
        if sentence:
            super().add_message(request, level, message=sentence, extra_tags=extra_tags)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step: secrets are kept sealed, the picture obeys our content policy."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "口令不对或已过期，请输入验证器里最新的 6 位数字。",
        "cannot_generate_recovery_codes": "请先启用动态口令，再生成备用码。",
    }

    def get_totp_label(self, user: Any) -> str:
        return str(user.username or user.name)

    def build_totp_svg(self, url: str) -> str:
        import segno

        svg: str = segno.make(url, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")
        return svg

    def encrypt(self, text: str) -> str:
        return sealed.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealed.unseal(encrypted_text)
