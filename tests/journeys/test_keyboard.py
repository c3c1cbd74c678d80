"""Without a mouse: an enterprise hands in, follows and rates; an official works off the list. Every stop can be seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from qifu.domain.appeals.models import Appeal, Assignment, Rating
from qifu.domain.people import actions as people
from qifu.entry.cli.sample.cast import Contact
from qifu.kernel.actor import SYSTEM
from tests.conftest import NOW
from tests.journeys import world
from tests.journeys.served import READY, Site, Visit

pytestmark = pytest.mark.browser

FAR = 90  # stops of the tabulator until something is held to be out of reach
# Where the keyboard stands: what it is called, whether a ring is drawn around it, whether nothing lies over it.
STANDS = """async () => {
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);  // what moves has moved
  const here = document.activeElement, label = here.closest('label');
  const ring = (e) => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
  const over = (e) => ring(e) || getComputedStyle(e, '::after').outlineStyle !== 'none';
  const box = (label ?? here).getBoundingClientRect();
  const x = Math.min(box.left + box.width / 2, box.left + 40), y = box.top + Math.min(box.height / 2, 20);
  const top = document.elementFromPoint(x, y), drawn = label ?? here;
  const said = here.labels?.[0] ?? label ?? here;
  return {
    name: (here.getAttribute('aria-label') ?? said.innerText ?? '').replace(/\\s+/g, ' ').trim(),
    tag: here.tagName.toLowerCase(),
    isRinged: [here, label, here.parentElement, here.closest('.drop-area')].some((e) => e && over(e)),
    isClear: !!top && (drawn.contains(top) || top.contains(drawn)),
  };
}"""


class Keys:
    """Somebody who only has a keyboard."""

    def __init__(self, visit: Visit) -> None:
        self.page: Page = visit.page

    def to(self, name: str, tag: str = "") -> Keys:
        """Go on with the tabulator until the thing of that name is reached; each stop on the way is seen."""
        passed = []
        for _ in range(FAR):
            self.page.keyboard.press("Tab")
            here = self.page.evaluate(STANDS)
            if here["tag"] == "body":  # past the end: the page begins anew
                continue
            passed.append(here["name"])
            assert here["isRinged"], f"nothing shows that the keyboard stands on {here}"
            assert here["isClear"], f"something lies over {here}"
            if re.match(rf"{re.escape(name)}(?!\w)", here["name"]) and tag in ("", here["tag"]):
                return self
        raise AssertionError(f"{name} is out of reach; passed {passed}")

    def type(self, text: str) -> Keys:
        self.page.keyboard.type(text)
        return self

    def press(self, *keys: str) -> Keys:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def enter(self) -> Keys:
        """Press Enter and wait for the page that comes of it."""
        with self.page.expect_navigation(wait_until=READY):
            self.page.keyboard.press("Enter")
        return self


def test_an_enterprise_hands_in_follows_and_rates(site: Site, owner: Contact) -> None:
    firm = site.entered(world.people_account(owner)).go("/")
    keys = Keys(firm).press("Tab")
    assert firm.page.evaluate("document.activeElement.className") == "skip"
    keys.to("提交诉求", "a").enter().to("什么事", "textarea").type("楼下停车位不够，请协调。")
    keys.to("场地楼宇", "summary").press("Enter").to("停车").press("Space")
    keys.to("提交", "button").enter()
    firm.sees("已收到，请保存受理编号")
    keys.to("查看进展", "a").enter()
    firm.sees("已提交，等待接单")
    case = Appeal.objects.get()
    assert (case.body, case.category_id) == ("楼下停车位不够，请协调。", site.stage.category.pk)

    site.stage.to("replied", case)
    keys.to("我的诉求", "a").enter().to("楼下停车位不够", "a").enter()
    firm.sees("已回复，请您确认")
    keys.to("已解决", "input").press("Space")
    for mark, stars in (("办理速度", 4), ("办理结果", 5), ("服务态度", 5)):
        keys.to("1 星", "input").press("Space", *["ArrowRight"] * (stars - 1))
        group = firm.page.get_by_role("group", name=mark, exact=True)
        expect(group.get_by_role("radio", checked=True)).to_have_value(str(stars))
    keys.to("想说的话", "textarea").type("很快。").to("提交确认", "button").enter()
    firm.sees("已办结", "您已确认办结。")
    assert Rating.objects.values_list("speed", "result", "attitude", "comment").get() == (4, 5, 5, "很快。")


def test_an_official_works_off_the_list(site: Site, owner: Contact) -> None:
    titles = [site.stage.submit(title=f"第{n}件：楼下停车位不够").title for n in "一二三"]
    centre = site.entered(site.stage.house.accounts["dispatcher"].pk).go("/desk/")
    page, keys = centre.page, Keys(centre)
    page.keyboard.press("j")
    assert _stands_on(page) == titles[0]
    keys.press("j", "j")
    assert _stands_on(page) == titles[2]
    keys.press("k")
    assert _stands_on(page) == titles[1]
    assert page.evaluate(STANDS)["isRinged"]
    keys.enter()
    centre.sees(titles[1], "待接单")
    keys.to("接单", "button").enter()
    centre.sees("待转办")

    centre.go("/desk/")
    keys.press("j", "x", "j", "x")
    centre.sees("已选 2 件", within="[data-batch]")
    keys.to("批量接单", "button").enter()
    centre.sees("2 件办成，0 件没有办")
    assert set(Appeal.objects.values_list("state", flat=True)) == {"accepted"}

    centre.go("/desk/?scope=all")
    keys.press("/")
    assert page.evaluate("document.activeElement.name") == "q"
    keys.type("第三件").enter()
    centre.sees(titles[2]).sees_not(titles[0], titles[1])


def test_joint_units_are_found_by_a_few_letters(site: Site, owner: Contact) -> None:
    for n in range(12):
        people.create_unit(actor=SYSTEM, now=NOW, code=f"D{n + 10}", name=f"第{n + 1}局", kind="department")
    case = site.stage.to("accepted")
    centre = site.entered(site.stage.house.accounts["dispatcher"].pk).go(f"/desk/cases/{case.number}/")
    page, keys = centre.page, Keys(centre)
    group = page.get_by_role("group", name="会办单位")
    shown = group.get_by_role("checkbox")
    expect(shown).to_have_count(16)
    keys.to("在会办单位中查找", "input").type("税务").press("Enter")
    expect(group.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(group.get_by_role("status")).to_have_text("已选 1 项")
    keys.type("第1")
    expect(group.get_by_role("status")).to_have_text("找到 4 项；已选 1 项")
    expect(shown).to_have_count(5)  # the ticked one stays in sight
    keys.press(*["Backspace"] * 2).type("查无此局")
    expect(group.get_by_role("status")).to_have_text("没有找到，换几个字试试；已选 1 项")
    keys.press("Enter")  # sends nothing
    assert page.evaluate("document.activeElement.type") == "search"
    page.locator("#dispatch_unit").select_option(label="区城建局")
    centre.press("转办")
    assert list(Assignment.objects.filter(appeal=case, role="joint").values_list("unit", flat=True)) == [site.stage.tax]


def test_the_keys_are_told_and_can_be_turned_off(site: Site, owner: Contact) -> None:
    site.stage.submit()
    centre = site.entered(site.stage.house.accounts["dispatcher"].pk).go("/desk/")
    page = centre.page
    page.keyboard.press("?")
    told = page.locator("#keys[open]")
    expect(told).to_be_visible()
    assert told.locator("dt").all_inner_texts() == ["j k", "Enter", "x", "/", "?"]
    Keys(centre).to("启用单键快捷键", "input").press("Space", "Escape")
    expect(told).to_be_hidden()
    page.keyboard.press("j")
    assert _stands_on(page) == ""


def _stands_on(page: Page) -> str:
    """The title of the row on which the keyboard stands."""
    row = page.locator("tr.is-here [data-open]")
    return row.inner_text() if row.count() else ""
