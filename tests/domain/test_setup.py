"""A fresh installation: one command, and somebody can sign in and add the rest."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from qifu.domain.appeals.models import Category
from qifu.domain.people.models import Account, Membership, Unit
from qifu.entry.cli import check, main
from qifu.kernel.evidence.verify import verify

pytestmark = pytest.mark.django_db
LINE = ["setup", "--centre", "江泽区企业服务中心", "--name", "陈管理", "--username", "guanli01"]


def test_the_first_administrator_signs_in_changes_the_password_and_adds_a_unit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert [lack.what for lack in check._people()] == ["还没有单位和管理员，没有人能登录。"]
    assert main.run([*LINE, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["username"] == "guanli01"
    assert told["categories"] == Category.objects.count() > 50
    assert Membership.objects.get().role == "administrator"
    assert list(check._people()) == []
    assert verify().broken == ""

    client = Client()
    answer = client.post("/sign-in/", {"login": "guanli01", "password": told["password"]}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/me/password/")
    fields = {"oldpassword": told["password"], "password1": "jiangze qiye 2026 zx", "password2": "jiangze qiye 2026 zx"}
    assert set(re.findall(r'name="(\w*password\w*)"', answer.content.decode())) <= set(fields)
    assert client.post("/me/password/", fields).status_code == 302
    assert client.get("/desk/operations/").status_code == 200
    unit = {
        "code": "D01",
        "name": "区城建局",
        "kind": "department",
        "parent": told["unit"],
        "phone": "",
        "short_name": "",
    }
    assert client.post("/desk/people/units/new/", unit).status_code == 302
    assert Unit.objects.count() == 2


def test_it_is_done_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*LINE, "--no-categories"]) == 0
    name, password = capsys.readouterr().out.split()
    assert name == "guanli01"
    assert Account.objects.get().check_password(password)
    assert Category.objects.count() == 0
    assert main.run(LINE) == 2
    assert "不再重复建立" in capsys.readouterr().err
    assert (Unit.objects.count(), Account.objects.count()) == (1, 1)


@pytest.mark.parametrize("wrong", [["--username", "1"], ["--name", ""], ["--centre", "x"]])
def test_what_cannot_be_used_leaves_nothing(capsys: pytest.CaptureFixture[str], wrong: list[str]) -> None:
    assert main.run([*LINE, *wrong]) == 2
    assert capsys.readouterr().err
    assert (Unit.objects.count(), Account.objects.count(), Category.objects.count()) == (0, 0, 0)
