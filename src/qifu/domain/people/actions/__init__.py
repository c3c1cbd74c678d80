"""The only writes of this room. Each: door, write, evidence; a refusal has written nothing."""

from qifu.domain.people.actions.contacts import change_own_phone, sign_up_contact
from qifu.domain.people.actions.delegations import delegate, revoke_delegation
from qifu.domain.people.actions.duty import clear_duty, set_duty, set_hours
from qifu.domain.people.actions.members import (
    create_member,
    create_service,
    deactivate,
    end_role,
    grant_role,
    reactivate,
    rename_member,
    reset_password,
)
from qifu.domain.people.actions.signing import end_sessions, password_changed, signed_in, signed_out
from qifu.domain.people.actions.tokens import issue_token, revoke_token, touch_token
from qifu.domain.people.actions.units import close_unit, create_unit, move_unit, rename_unit, reopen_unit

__all__ = [
    "change_own_phone",
    "clear_duty",
    "close_unit",
    "create_member",
    "create_service",
    "create_unit",
    "deactivate",
    "delegate",
    "end_role",
    "end_sessions",
    "grant_role",
    "issue_token",
    "move_unit",
    "password_changed",
    "reactivate",
    "rename_member",
    "rename_unit",
    "reopen_unit",
    "reset_password",
    "revoke_delegation",
    "revoke_token",
    "set_duty",
    "set_hours",
    "sign_up_contact",
    "signed_in",
    "signed_out",
    "touch_token",
]
