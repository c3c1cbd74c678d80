"""What a member's password must be, where the words of the library would not do."""

from __future__ import annotations

from django.contrib.auth.password_validation import MinimumLengthValidator


class LongEnough(MinimumLengthValidator):
    """The library's check of the length. Its Chinese lacks this one sentence, and the desk must not speak English."""

    def get_error_message(self) -> str:
        return f"密码太短，至少要有 {self.min_length} 位。"
