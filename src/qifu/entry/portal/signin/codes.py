"""A code by message proves a telephone number: sent, tried, sent again, run out.

The counting, the time limit and the attempts are the library's; here the number is proved before an account is
looked for, so that the answer never tells whether the number is known. Neither number nor code is kept in clear:
the session holds the sealed number and a keyed digest of number and code.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import generate_user_code
from django.db import transaction
from django.utils.crypto import constant_time_compare

from qifu.domain.people import phones
from qifu.entry.theme.middleware import PersonRequest
from qifu.kernel import outbox, sealed
from qifu.kernel.errors import Conflict, Invalid, TooMany

MINUTES = 5


class PhoneProof(AbstractCodeVerificationProcess):  # type: ignore[misc]
    """One number under proof in one session. `purpose`: sign_in, or change_phone of somebody signed in."""

    def __init__(self, request: PersonRequest, purpose: str, state: dict[str, Any]) -> None:
        self.request, self.purpose = request, purpose
        super().__init__(
            max_attempts=app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS,
            timeout=app_settings.LOGIN_BY_CODE_TIMEOUT,
            state=state,
        )

    @classmethod
    def begin(cls, request: PersonRequest, purpose: str, phone: str, next_url: str = "") -> PhoneProof:
        """Send a code to the number.

        :raises TooMany: a code went there less than a minute ago, or too many within the hour.
        """
        state = cls.initial_state(user=None)
        state |= {"number": sealed.seal(phone), "next": next_url}
        proof = cls(request, purpose, state)
        proof.send()
        return proof

    @classmethod
    def resume(cls, request: PersonRequest, purpose: str) -> PhoneProof | None:
        """Return the proof under way, None when there is none or its time is over."""
        state = request.session.get(_key(purpose))
        if not state:
            return None
        found: PhoneProof | None = cls(request, purpose, state).abort_if_invalid()
        return found

    @property
    def phone(self) -> str:
        return sealed.unseal(self.state["number"])

    @property
    def masked(self) -> str:
        return phones.mask(self.phone)

    @property
    def next_url(self) -> str:
        return str(self.state.get("next", ""))

    def send(self) -> None:
        """Send a fresh code; the one before is void."""
        phone = self.phone
        if not ratelimit.consume(self.request, action="phone_code", key=sealed.lookup(phone)):
            raise TooMany("验证码发送得太频繁：同一手机号每分钟一次、每小时最多 6 次，请稍后再试。")
        code = generate_user_code(length=6, numeric=True, dashed=False)
        serial = secrets.token_hex(8)
        self.state.update(at=_seconds(self.request.now), failed_attempts=0, serial=serial)
        self.state["proof"] = _digest(serial, phone, code)
        with transaction.atomic():
            outbox.tell(
                channel="sms",
                to=f"sealed:{self.state['number']}",
                template="sign_in_code",
                variables={"code": f"sealed:{sealed.seal(code)}", "minutes": MINUTES},
                key=f"code:{serial}",
                now=self.request.now,
                priority=1,
            )
        self.persist()

    def check(self, code: str) -> str:
        """Return the proved number.

        :raises Conflict: tried too often; a new code is needed.
        :raises Invalid: the code is not the one sent.
        """
        is_counted = ratelimit.consume(self.request, action="phone_code_try", key=self.state["serial"])
        right = constant_time_compare(self.state["proof"], _digest(self.state["serial"], self.phone, code))
        if is_counted and right:
            phone = self.phone
            self.abort()
            return phone
        if not is_counted or not self.record_invalid_attempt():
            self.abort()
            raise Conflict("验证码输错次数过多，已作废，请重新获取。", state="spent")
        left = self.max_attempts - self.state["failed_attempts"]
        raise Invalid(f"验证码不对，还可以再试 {left} 次。", {"code": f"验证码不对，还可以再试 {left} 次。"})

    def is_valid(self) -> bool:
        return bool(_seconds(self.request.now) - self.state["at"] <= self.timeout)

    def persist(self) -> None:
        self.request.session[_key(self.purpose)] = self.state

    def abort(self) -> None:
        self.request.session.pop(_key(self.purpose), None)


def _key(purpose: str) -> str:
    return f"phone_proof_{purpose}"


def _digest(serial: str, phone: str, code: str) -> str:
    return sealed.lookup(f"{serial}:{phone}:{code}")


def _seconds(moment: datetime) -> float:
    return moment.timestamp()
