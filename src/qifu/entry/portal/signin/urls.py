"""Addresses of signing in and of one's own account. Names that the library looks for are the library's."""

from __future__ import annotations

from django.urls import path

from qifu.entry.portal.signin import own, views

urlpatterns = [
    path("sign-in/", views.PasswordView.as_view(), name="account_login"),
    path("sign-in/second/", views.SecondStepView.as_view(), name="mfa_authenticate"),
    path("sign-in/inactive/", views.inactive, name="account_inactive"),
    path("sign-in/phone/", views.phone, name="sign_in_phone"),
    path("sign-in/phone/code/", views.code, name="sign_in_code"),
    path("sign-in/phone/again/", views.resend, name="sign_in_resend"),
    path("sign-out/", views.SignOutView.as_view(), name="account_logout"),
    path("me/", own.profile, name="me"),
    path("me/phone/", own.phone, name="me_phone"),
    path("me/phone/code/", own.phone_code, name="me_phone_code"),
    path("me/password/", own.ChangePasswordView.as_view(), name="account_change_password"),
    path("me/sessions/", own.sessions, name="usersessions_list"),
    path("me/confirm/", own.ConfirmView.as_view(), name="account_reauthenticate"),
    path("me/confirm/second/", own.ConfirmSecondStepView.as_view(), name="mfa_reauthenticate"),
    path("me/two-step/", own.SecondStepIndexView.as_view(), name="mfa_index"),
    path("me/two-step/set-up/", own.SetUpView.as_view(), name="mfa_activate_totp"),
    path("me/two-step/off/", own.TurnOffView.as_view(), name="mfa_deactivate_totp"),
    path("me/two-step/codes/", own.CodesView.as_view(), name="mfa_view_recovery_codes"),
    path("me/two-step/codes/new/", own.NewCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("me/two-step/codes/download/", own.DownloadCodesView.as_view(), name="mfa_download_recovery_codes"),
]
