"""The forms of certification and of inviting a colleague."""

from __future__ import annotations

from django import forms

ROLES = [("owner", "负责人（法定代表人、总经理等，可以邀请同事）"), ("agent", "经办人（受企业委托办事）")]


class CertifyForm(forms.Form):
    """What a contact says of the enterprise and of oneself."""

    uscc = forms.CharField(
        label="统一社会信用代码",
        max_length=40,
        help_text="18 位，见营业执照右上角或正中。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    enterprise_name = forms.CharField(label="企业全称", max_length=120, help_text="与营业执照一致。")
    person = forms.CharField(label="您的姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    role = forms.ChoiceField(label="您的身份", choices=ROLES, widget=forms.RadioSelect, initial="agent")
    proof = forms.FileField(
        label="证明材料",
        help_text="营业执照照片；经办人请同时附加盖公章的授权书，可合成一个 PDF。",
        widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.webp,.pdf"}),
    )


class InviteForm(forms.Form):
    """Whom an owner invites."""

    phone = forms.CharField(
        label="同事的手机号",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    person = forms.CharField(label="同事的姓名", max_length=40)
    role = forms.ChoiceField(label="身份", choices=ROLES, widget=forms.RadioSelect, initial="agent")


class CodeForm(forms.Form):
    """The code of an invitation."""

    code = forms.CharField(
        label="邀请码",
        max_length=6,
        help_text="见邀请短信，6 位数字。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
