"""Invented names of people and firms, and telephone numbers that reach nobody.

Numbers: mainland mobile numbers have eleven digits and begin with 13 to 19. The prefix 154 has never been
given to an operator (public numbering metadata list 150-153 and 155-159 only), so `+86154xxxxxxxx` is well
formed as E.164 and rings nowhere.
"""

from __future__ import annotations

from importlib.resources import files

from qifu.entry.cli.sample.streams import SEED, stream

PHONE_PREFIX = "+86154"
UNIT_BLOCK = 0  # +86154 0000 0000 …: units
STAFF_BLOCK = 10_000_000  # +86154 1000 0000 …: staff
CONTACT_BLOCK = 20_000_000  # fixed contacts of the cast
ENTERPRISE_BLOCK = 30_000_000  # +86154 3000 0000 + index: what a firm has registered

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN_FIRST = "文明建国志晓小海俊佳思雨子家嘉梦雅若春秋玉金永立德宏学正新光世长广振先少应景大启承克亦书怡心可"
GIVEN_SECOND = "华平军伟强勇涛斌波辉鹏飞杰峰磊宁超刚芳娟敏静丽艳红霞燕玲梅琳洁颖莉萍婷雪慧倩蓉兰凤英珍清源远达"

TRADE_SYLLABLES = (
    "禾澜沐岚晟曜栎桐樾楠榕槿汀湉沅漪澄淳潇翎翊弈谨衡朔昱昀昭晖暄煜烨焱炘钧铭锦骏骁骋巍峤屹岑嵘崧苒芃芊茗莘蔚蕴"
    "璟琛珩珺瑾璞瑜玥琅祺祯禧稔穗穆笙筠箐纾绎绚缙翰聿舫衍裕谦逸遥鹭麓黎皓湛溪溯洵浔泓沛"
)

# Well-known trade names that must never come out of the pool by accident, whole or across a boundary.
DENIED = frozenset((files(__package__) / "denied.txt").read_text(encoding="utf-8").split())


def is_denied(name: str) -> bool:
    """Whether a name holds a well-known trade name."""
    return any(known in name for known in DENIED)


def phone(block: int, number: int) -> str:
    """Return the number's E.164 form within the unassigned prefix."""
    return f"{PHONE_PREFIX}{block + number:08d}"


def people(count: int, name: str, seed: int = SEED) -> list[str]:
    """Return `count` different invented personal names."""
    rng = stream(seed, f"people.{name}")
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        surname = SURNAMES[int(rng.integers(len(SURNAMES)))]
        first = GIVEN_FIRST[int(rng.integers(len(GIVEN_FIRST)))]
        second = GIVEN_SECOND[int(rng.integers(len(GIVEN_SECOND)))]
        chosen[surname + (second if rng.random() < 0.18 else first + second)] = None
    return list(chosen)


def trade_pairs() -> list[str]:
    """Return every two-syllable trade name that is allowed, in a fixed order."""
    pairs = [a + b for a in TRADE_SYLLABLES for b in TRADE_SYLLABLES if a != b]
    return [pair for pair in pairs if not is_denied(pair)]
