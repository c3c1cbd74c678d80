"""Forms of signing in: the library's checks, our words and fields."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms

from qifu.domain.people import phones
from qifu.kernel.errors import Invalid

_CODE = {
    "inputmode": "numeric",
    "autocomplete": "one-time-code",
    "maxlength": "6",
    "pattern": "[0-9]{6}",
    "data-no-draft": True,  # the browser keeps what is typed elsewhere, never this
}


class PasswordForm(LoginForm):  # type: ignore[misc]
    """User name and password of a member."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["login"], "用户名", autofocus=True)
        _plain(self.fields["password"], "密码")

    def clean_login(self) -> str:
        """Read every spelling of a name as one, so that it has one count of wrong passwords."""
        return str(self.cleaned_data["login"]).strip().lower()


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """A member's new password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["oldpassword"], "当前密码")
        _plain(self.fields["password1"], "新密码")
        _plain(self.fields["password2"], "再输入一次新密码")
        self.fields["password1"].help_text = "至少 10 位，不能全是数字，不能是常见密码，也不要包含姓名或用户名。"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("password1") and cleaned.get("password1") == cleaned.get("oldpassword"):
            self.add_error("password1", "新密码不能与当前密码相同。")
        return cleaned


class ConfirmForm(ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["password"], "密码", autofocus=True)


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """The changing number of the authenticator, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "动态口令或备用码", autofocus=True)


class ConfirmSecondStepForm(ReauthenticateByCodeForm):  # type: ignore[misc]
    """The changing number once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "动态口令", autofocus=True)


class SetUpForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first number that a new authenticator shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "验证器显示的 6 位数字")
        self.fields["code"].widget.attrs.update(_CODE)


class PhoneForm(forms.Form):
    """A telephone number to which a code is sent."""

    phone = forms.CharField(
        label="手机号",
        max_length=32,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel", "autofocus": True}),
        error_messages={"required": "请输入手机号。"},
    )

    def clean_phone(self) -> str:
        try:
            return phones.normalise(self.cleaned_data["phone"])
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from refusal


class CodeForm(forms.Form):
    """The six digits that were sent."""

    code = forms.RegexField(
        r"^\s*\d{6}\s*$",
        label="验证码",
        widget=forms.TextInput(attrs={**_CODE, "autofocus": True}),
        error_messages={"required": "请输入短信中的 6 位数字。", "invalid": "验证码是 6 位数字，请重新输入。"},
    )

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip()


def _plain(field: forms.Field, label: str, *, autofocus: bool = False) -> None:
    """Give a field our label, without a placeholder that would repeat it."""
    field.label = label
    field.help_text = ""
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["data-no-draft"] = True
    field.error_messages["required"] = f"请输入{label}。"
    if autofocus:
        field.widget.attrs["autofocus"] = True
