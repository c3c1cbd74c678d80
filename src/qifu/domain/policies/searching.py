"""Finding an item from a plain question: words of people and words of policies brought together, ranked by how telling they are.

Each item is a bag of pairs of characters and of latin runs, its title counting more than its words. A question is taken
apart in the same way; everyday words also ask for what policies call the same thing (房租 for 租金). Ranking is BM25.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from qifu.kernel import search

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+")
K1, B = 1.2, 0.75
ALSO = 0.6  # weight of what an everyday word stands for
_FILLER = re.compile(
    "我们公司|我们企业|我公司|我们|公司|企业|请问|有没有|有什么|有哪些|哪些|什么|怎么|如何|可以|能不能|能否|是否|想要|想|要|吗|呢|的|了|和|与|及|有|在|能|给|被|把|是|就|都"
    "|政策|支持|一下|申请|享受|领取|拿到|得到|今年|刚刚|刚|准备|打算|一些|一个|一家|多少钱|多少|多"
)
# everyday word → what policies call it
_PLAIN = """
房租=租金/办公用房 租房子=租金 场地=用房/空间 借钱=贷款/融资 贷不到款=首贷/贷款 利息=贴息/贷款
招人=就业/稳岗/扩岗 招工=就业/扩岗 裁员=稳岗 员工=职工/从业人员 工人=职工 培训=技能培训
退税=税/返还 交税=纳税/税收 减税=税/减免 免税=税/免征 少交=减免/减征 小公司=小微/小型微利
小店=个体工商户 个体户=个体工商户 开店=初创/创业 刚成立=初创 新开=初创 创业=初创 残疾=残疾人
上市=上市/挂牌 新三板=挂牌 专利=发明专利 研发=研发费用 搞研发=研发/投入 出口=外贸/出口 外贸=出口
省电=节能/能耗 用电=能耗 环保=节能/绿色 软件=软件和信息服务 餐馆=住宿餐饮 饭店=住宿餐饮 酒店=住宿餐饮
商店=批发零售 超市=批发零售 快递=物流 运输=物流 工厂=制造 住房=公寓 宿舍=公寓 参展=展会
数字化=数字化/诊断 上云=数字化 黑名单=失信/信用修复 异常名录=经营异常/信用修复 还不上=转贷/续贷
续贷=转贷 规上=规模以上 上规=规模以上/新进 小巨人=小巨人 高企=高新技术企业 社保=稳岗/失业保险
大学生=就业/重点群体 退役=退役士兵
"""
PLAIN = {plain: meant.replace("/", " ") for plain, meant in (pair.split("=") for pair in _PLAIN.split())}


@dataclass(frozen=True, slots=True)
class Entry:
    """What one item is found by."""

    title: str
    words: str


class Index:
    """Items by what they say; built once, asked often."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._postings: dict[str, list[tuple[int, float]]] = {}
        self._sizes: list[float] = []
        for place, entry in enumerate(entries):
            bag: Counter[str] = Counter()
            for text, weight in ((entry.title, 3), (entry.words, 1)):
                for token in tokens(text):
                    bag[token] += weight
            for token, count in bag.items():
                self._postings.setdefault(token, []).append((place, float(count)))
            self._sizes.append(float(sum(bag.values())))
        self._mean = sum(self._sizes) / len(self._sizes) if self._sizes else 1.0

    def ranked(self, question: str) -> list[tuple[int, float]]:
        """The places of what fits, the best first, with scores; nothing where no word is known."""
        scores: dict[int, float] = {}
        for token, weight in asked(question).items():
            held = self._postings.get(token, ())
            if not held:
                continue
            rare = math.log(1 + (len(self._sizes) - len(held) + 0.5) / (len(held) + 0.5))
            for place, count in held:
                norm = K1 * (1 - B + B * self._sizes[place] / self._mean)
                scores[place] = scores.get(place, 0.0) + weight * rare * count * (K1 + 1) / (count + norm)
        return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def tokens(text: str) -> list[str]:
    """Pairs of characters and latin runs, each as often as it stands."""
    found = []
    for run in _RUN.findall(search.normal(text)):
        if run[0] <= "z":
            found.append(run[:20])
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def asked(question: str) -> dict[str, float]:
    """The tokens of a question with their weights; filler asks for nothing, everyday words ask for more."""
    text = search.normal(question[:200])
    wanted: dict[str, float] = {}
    for part in _FILLER.split(text):
        for token in tokens(part):
            wanted[token] = 1.0
    for plain, meant in PLAIN.items():
        if plain in text:
            for word in meant.split():
                for token in tokens(word):
                    wanted.setdefault(token, ALSO)
    return wanted
