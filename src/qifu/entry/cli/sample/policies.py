"""An invented library of district and city policies, clearly marked as sample: items with conditions, sources and cases.

Each scheme (what is supported) meets each trade group (whom); the first so many of that grid are given, so that a longer
library begins with the shorter one. Nothing in it is a real policy, and every title says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from qifu.domain.policies.actions.adopting import Bundle, Example, Offered
from qifu.domain.policies.actions.documents import Paper
from qifu.domain.policies.actions.drafting import About, Words
from qifu.entry.cli.sample.places import DISTRICT
from qifu.entry.cli.sample.streams import SEED, stream

MARK = "（示例）"
ON = date(2026, 6, 1)  # the day of the cases
GROUPS = (
    ("软件和信息服务", ("I63", "I64", "I65")), ("医药健康", ("C27", "C358", "Q84")), ("装备制造", ("C33", "C34", "C35", "C38")),
    ("电子信息", ("C39",)), ("批发零售", ("F51", "F52")), ("住宿餐饮", ("H61", "H62")), ("建筑和工程", ("E47", "E48", "E49", "E50")),
    ("商务服务", ("L71", "L72")), ("科技服务", ("M73", "M74", "M75")), ("文化创意", ("R86", "R87", "R88", "I657")),
    ("物流供应链", ("G54", "G59", "G60", "L7224")), ("居民服务", ("O80", "O81", "O82")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """One clause of a scheme: the comparison, where it stands, and values that fit, fail, and stand on the bound."""

    when: Mapping[str, object]
    says: str
    fits: Mapping[str, object]
    fails: Mapping[str, object]
    bound: Mapping[str, object] | None = None  # exactly on the bound, still fitting
    beneath: Mapping[str, object] | None = None  # just beyond it


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is supported: words, terms, formula in 万元."""

    code: str
    title: str
    kind: str
    theme: str
    unit: str
    summary: str
    terms: tuple[Term, ...]
    formula: object
    amount: str
    steps: int
    materials: tuple[str, ...]


def _least(field: str, bound: float, says: str, step: float, fits: float) -> Term:
    """At least so much."""
    return Term({">=": [{"var": field}, bound]}, says, {field: fits}, {field: 0}, {field: bound}, {field: bound - step})


def _most(field: str, bound: float, says: str, step: float, fits: float) -> Term:
    """At most so much."""
    worse = bound * 3 + 1
    return Term(
        {"<=": [{"var": field}, bound]}, says, {field: fits}, {field: worse}, {field: bound}, {field: bound + step}
    )


def _is(field: str, says: str) -> Term:
    return Term({"==": [{"var": field}, True]}, says, {field: True}, {field: False})


def _share(field: str, rate: float, cap: float) -> dict[str, object]:
    return {"min": [cap, {"*": [{"var": field}, rate]}]}


_PLAIN = ("营业执照", "申请表")
HONEST = Term(
    {"==": [{"var": "dishonest"}, False]}, "未列入严重失信主体名单", {"dishonest": False}, {"dishonest": True}
)
_GROWTH = {"steps": [{"var": "revenue"}, [[2000, 5], [5000, 10], [10000, 20]]]}
SCHEMES = (
    Scheme("GQ", "高新技术企业认定奖励", "money", "认定", "科技部门", "通过高新技术企业认定的，一次性给予奖励。",
           (_is("high_tech", "持有有效期内的高新技术企业证书"),), 10, "一次性 10 万元", 0, ()),
    Scheme("RD", "研发投入补助", "money", "研发", "科技部门", "研发费用占营业收入达到比例的，按研发费用给予补助。",
           (_least("rd_ratio", 0.03, "研发费用占营业收入不低于 3%", 0.0001, 0.08),
            _least("rd_expense", 50, "年研发费用不低于 50 万元", 0.01, 300)),
           _share("rd_expense", 0.05, 50), "研发费用的 5%，最高 50 万元", 1, (*_PLAIN, "研发费用专项审计报告")),
    Scheme("SG", "新进规模以上企业奖励", "money", "成长", "统计部门", "首次纳入规模以上统计的，一次性给予奖励。",
           (_is("above_scale", "已纳入规模以上统计"), _least("revenue_growth", 0.05, "营业收入比上年增长不低于 5%", 0.0001, 0.2)),
           10, "一次性 10 万元", 0, ()),
    Scheme("ZZ", "营业收入增长奖励", "money", "成长", "经信部门", "营业收入达到一定规模且保持增长的，按规模分档奖励。",
           (_least("revenue", 2000, "年营业收入不低于 2000 万元", 0.01, 6000),
            _least("revenue_growth", 0.1, "比上年增长不低于 10%", 0.0001, 0.3)),
           _GROWTH, "2000 万元以上 5 万元，5000 万元以上 10 万元，1 亿元以上 20 万元", 1, (*_PLAIN, "纳税证明")),
    Scheme("ZJ", "办公用房租金补贴", "money", "空间", "街道办事处", "成立不久的小微企业租用办公用房的，给予租金补贴。",
           (Term({"in": [{"var": "size_class"}, ["small", "micro"]]}, "属于小型或微型企业", {"size_class": "small"},
                 {"size_class": "large"}),
            _most("age_months", 36, "登记成立不超过 36 个月", 1, 12)),
           3, "每户每年 3 万元", 1, (*_PLAIN, "租赁合同", "发票")),
    Scheme("TX", "贷款贴息", "money", "融资", "金融部门", "有银行贷款且纳税信用良好的，按贷款余额给予贴息。",
           (_least("loan_balance", 100, "银行贷款余额不低于 100 万元", 0.01, 800),
            Term({"in": [{"var": "tax_credit"}, ["A", "B", "M"]]}, "纳税信用为 A、B 或 M 级", {"tax_credit": "A"},
                 {"tax_credit": "D"})),
           _share("loan_balance", 0.01, 20), "贷款余额的 1%，最高 20 万元", 1, (*_PLAIN, "借款合同", "利息支付凭证")),
    Scheme("WG", "稳岗扩岗补贴", "money", "就业", "人社部门", "吸纳就业较多的小微企业，按人数给予补贴。",
           (_least("employees", 20, "从业人员不少于 20 人", 1, 60),
            Term({"!=": [{"var": "size_class"}, "large"]}, "不属于大型企业", {"size_class": "small"},
                 {"size_class": "large"})),
           {"min": [30, {"*": [{"var": "employees"}, 0.1]}]}, "每人 1000 元，最高 30 万元", 0, ()),
    Scheme("ZL", "发明专利资助", "money", "研发", "知识产权部门", "拥有有效发明专利的，按件数给予资助。",
           (_least("inventions", 2, "有效发明专利不少于 2 件", 1, 6),),
           {"min": [20, {"*": [{"var": "inventions"}, 1]}]}, "每件 1 万元，最高 20 万元", 1, (*_PLAIN, "专利证书")),
    Scheme("WM", "出口增长支持", "money", "外贸", "商务部门", "出口收入占比较高的，给予市场开拓支持。",
           (_least("export_ratio", 0.1, "出口收入占比不低于 10%", 0.0001, 0.4),
            _least("revenue", 500, "年营业收入不低于 500 万元", 0.01, 2000)),
           15, "每户每年 15 万元", 1, (*_PLAIN, "报关单汇总表")),
    Scheme("ZT", "专精特新培育奖励", "money", "认定", "经信部门", "获评专精特新中小企业的，一次性给予奖励。",
           (_is("specialised", "获评专精特新中小企业并在有效期内"),), 20, "一次性 20 万元", 0, ()),
    Scheme("XJ", "“小巨人”跃升奖励", "money", "认定", "经信部门", "获评国家级专精特新“小巨人”的，一次性给予奖励。",
           (_is("little_giant", "获评专精特新“小巨人”并在有效期内"),), 50, "一次性 50 万元", 0, ()),
    Scheme("KJ", "科技型中小企业创新券", "money", "研发", "科技部门", "入库科技型中小企业可申领创新券，抵扣检测和咨询费用。",
           (_is("tech_sme", "取得当年科技型中小企业入库登记编号"),), 5, "每年最高 5 万元", 1, ("入库登记编号",)),
    Scheme("CJ", "残疾人就业超比例奖励", "money", "就业", "残联", "安排残疾人就业超过规定比例的，给予奖励。",
           (_least("disabled_staff_ratio", 0.015, "在职残疾职工比例不低于 1.5%", 0.0001, 0.03),
            _least("employees", 10, "从业人员不少于 10 人", 1, 40)),
           {"min": [10, {"*": [{"var": "employees"}, 0.02]}]}, "按职工人数每人 200 元，最高 10 万元", 1, (*_PLAIN, "残疾人证")),
    Scheme("SS", "上市挂牌奖励", "money", "融资", "金融部门", "在境内外上市或挂牌的，给予奖励。",
           (Term({"in": [{"var": "listing"}, ["neeq", "bse", "star", "gem", "main", "overseas"]]}, "已上市或挂牌",
                 {"listing": "neeq"}, {"listing": "none"}),),
           {"if": [{"==": [{"var": "listing"}, "neeq"]}, 50, 200]}, "挂牌 50 万元，上市 200 万元", 1, (*_PLAIN, "批准文件")),
    Scheme("JN", "节能降耗改造补助", "money", "绿色", "发改部门", "能耗水平较低且规模较大的企业实施改造的，给予补助。",
           (_most("energy_intensity", 0.3, "单位产值能耗不高于 0.3 吨标准煤/万元", 0.0001, 0.1),
            _least("revenue", 1000, "年营业收入不低于 1000 万元", 0.01, 3000)),
           12, "每户 12 万元", 1, (*_PLAIN, "改造合同")),
    Scheme("SZ", "数字化改造诊断", "service", "数字化", "经信部门", "派专家到企业做一次数字化诊断，出具改造方案，不收费。",
           (Term({"in": [{"var": "size_class"}, ["medium", "small"]]}, "属于中型或小型企业", {"size_class": "small"},
                 {"size_class": "micro"}), _least("employees", 10, "从业人员不少于 10 人", 1, 50)),
           None, "免费上门诊断一次", 1, ("预约单",)),
    Scheme("RC", "人才公寓配租", "service", "人才", "住房部门", "研发人员占比较高的企业，可为职工申请人才公寓。",
           (_least("rd_staff_ratio", 0.1, "研发人员占比不低于 10%", 0.0001, 0.25),), None, "每户最多 10 套", 2,
           (*_PLAIN, "职工名册", "社保缴纳证明")),
    Scheme("SD", "首贷户绿色通道", "service", "融资", "金融部门", "没有贷款记录、经营正常的小微企业，可走首贷绿色通道。",
           (_most("loan_balance", 0, "没有银行贷款余额", 0.01, 0),
            Term({"in": [{"var": "size_class"}, ["small", "micro"]]}, "属于小型或微型企业", {"size_class": "micro"},
                 {"size_class": "large"})),
           None, "五个工作日内对接银行", 1, ("授权书",)),
    Scheme("ZH", "展会参展补贴", "money", "市场", "商务部门", "参加境内外重点展会的，补贴一部分展位费。",
           (_least("revenue", 200, "年营业收入不低于 200 万元", 0.01, 800),
            Term({"==": [{"var": "abnormal"}, False]}, "未列入经营异常名录", {"abnormal": False}, {"abnormal": True})),
           2, "每个展会 2 万元，一年不超过两次", 1, (*_PLAIN, "展位合同")),
    Scheme("NS", "纳税贡献奖励", "money", "成长", "财政部门", "实缴税收达到一定规模的，按税收分段奖励。",
           (_least("tax_paid", 100, "年实缴税收不低于 100 万元", 0.01, 400),),
           {"min": [100, {"slices": [{"var": "tax_paid"}, [[0, 0.02], [500, 0.03]]]}]},
           "500 万元以内部分 2%，以上部分 3%，最高 100 万元", 0, ()),
    Scheme("CY", "初创企业一次性补贴", "money", "就业", "人社部门", "成立一年以上、吸纳就业的初创小微企业，给予一次性补贴。",
           (Term({"<=": [12, {"var": "age_months"}, 60]}, "登记成立满 12 个月、不超过 60 个月", {"age_months": 24},
                 {"age_months": 200}, {"age_months": 60}, {"age_months": 61}), _least("employees", 3, "从业人员不少于 3 人", 1, 8)),
           1, "一次性 1 万元", 1, _PLAIN),
    Scheme("YB", "应急转贷服务", "service", "融资", "金融部门", "贷款到期、续贷有困难的正常经营企业，可使用应急转贷资金。",
           (_least("loan_balance", 50, "银行贷款余额不低于 50 万元", 0.01, 300),
            Term({"==": [{"var": "penalised"}, False]}, "政策期内未受重大行政处罚", {"penalised": False}, {"penalised": True})),
           None, "单笔最高 500 万元，按日计费", 2, (*_PLAIN, "续贷意向书")),
    Scheme("PX", "职工技能培训补贴", "money", "就业", "人社部门", "组织职工参加技能培训的，按人数补贴。",
           (_least("employees", 5, "从业人员不少于 5 人", 1, 30),),
           {"min": [15, {"*": [{"var": "employees"}, 0.05]}]}, "每人 500 元，最高 15 万元", 1, (*_PLAIN, "培训计划")),
    Scheme("ZB", "总部企业落户奖励", "money", "招商", "投资促进部门", "资产规模较大的企业落户的，分档奖励。",
           (_least("assets", 10000, "资产总额不低于 1 亿元", 0.01, 20000), _least("tax_paid", 200, "年实缴税收不低于 200 万元", 0.01, 500)),
           {"steps": [{"var": "assets"}, [[10000, 30], [50000, 80]]]}, "1 亿元以上 30 万元，5 亿元以上 80 万元", 2,
           (*_PLAIN, "审计报告")),
    Scheme("FX", "信用修复辅导", "service", "服务", "信用主管部门", "被列入经营异常的企业，可预约专人辅导信用修复。",
           (_is("abnormal", "列入经营异常名录"),), None, "免费辅导", 1, ("预约单",)),
    Scheme("LD", "劳动用工风险体检", "service", "服务", "人社部门", "为小微企业免费做一次用工合规体检。",
           (_most("employees", 100, "从业人员不超过 100 人", 1, 20), _least("employees", 1, "有从业人员", 1, 20)), None,
           "免费体检一次", 1, ("预约单",)),
    Scheme("GS", "个转企帮扶", "service", "成长", "市场监管部门", "个体工商户转为企业的，专人帮办、减免代账费用。",
           (Term({"==": [{"var": "legal_form"}, "individual"]}, "登记为个体工商户", {"legal_form": "individual"},
                 {"legal_form": "limited"}),), None, "帮办和一年代账", 1, ("营业执照",)),
    Scheme("WJ", "外资企业增资奖励", "money", "招商", "商务部门", "外商投资企业注册资本较大的，给予奖励。",
           (Term({"==": [{"var": "ownership"}, "foreign"]}, "外商投资企业", {"ownership": "foreign"},
                 {"ownership": "private"}), _least("registered_capital", 1000, "注册资本不低于 1000 万元", 0.01, 3000)),
           25, "一次性 25 万元", 1, (*_PLAIN, "验资报告")),
)  # fmt: skip
GRID = len(SCHEMES) * len(GROUPS)


def bundles(count: int, seed: int = SEED) -> list[Bundle]:
    """Invent so many items in documents of one trade group and one level each; at most what the grid holds, again by year."""
    listed = [(place, *_at(place)) for place in range(count)]
    listed.sort(key=lambda one: (one[3], one[2], one[0]))
    found = []
    for (year, group), some in groupby(listed, key=lambda one: (one[3], one[2])):
        ranked = [(place, scheme) for place, scheme, _, _ in some]
        for level in ("district", "city"):
            own = [one for one in ranked if (one[1] % 4 == 0) == (level == "city")]
            if own:
                found.append(_bundle(level, group, year, own, seed))
    return found


def _at(place: int) -> tuple[int, int, int]:
    """Scheme, group and year of a place in the grid: all groups of a scheme before the next scheme, year after year."""
    year, rest = divmod(place, GRID)
    return rest // len(GROUPS), rest % len(GROUPS), year


def _bundle(level: str, group: int, year: int, own: Sequence[tuple[int, int]], seed: int) -> Bundle:
    name = GROUPS[group][0]
    issued = date(2025 - year % 3, 3 + group % 6, 1 + group)  # three years in force: on the day of the cases, too
    place = f"{DISTRICT}人民政府办公室" if level == "district" else "示例市人民政府办公厅"
    short = "江泽政规" if level == "district" else "示政规"
    title = f"支持{name}高质量发展若干措施{MARK}" + (f"第 {year + 1} 辑" if year else "")
    items = [_offered(number, scheme, group, issued, seed) for number, scheme in own]
    text = "\n".join(
        f"第{_han(n)}条 {SCHEMES[scheme].title}。{'；'.join(t.says for t in SCHEMES[scheme].terms)}。"
        f"{SCHEMES[scheme].amount}。"
        for n, (_, scheme) in enumerate(own, 1)
    )
    paper = Paper(
        level=level, title=title, issuer=place, number=f"{short}〔{issued.year}〕{group + 1 + year * 20}号{MARK}",
        issued_on=issued, effective_from=issued, effective_to=date(issued.year + 3, 12, 31), text=text,
        gist=f"为演示而编写的文件，不是真实政策。对{name}企业给出 {len(own)} 项支持。", checked="示例数据，未经任何机关发布",
    )  # fmt: skip
    items = [_placed(one, n) for n, one in enumerate(items, 1)]
    return Bundle(paper, items, (), is_sample=True)


def _placed(one: Offered, article: int) -> Offered:
    """Say in which article of its document the item stands."""
    clauses = [
        {"path": f"/and/{n}", "cite": f"第{_han(article)}条" if n else "第一条", "says": c["says"]}
        for n, c in enumerate(one.words.clauses)
    ]
    return replace(one, words=replace(one.words, clauses=clauses))


def _offered(number: int, scheme: int, group: int, issued: date, seed: int) -> Offered:
    plan, (name, prefixes) = SCHEMES[scheme], GROUPS[group]
    trade = Term(
        {"starts_with": [{"var": "industry"}, list(prefixes)]}, f"属于{name}行业", {"industry": _class(prefixes[0])},
        {"industry": "A0111"},
    )  # fmt: skip
    terms = (trade, *plan.terms, HONEST)
    code = f"S{number + 1:05d}-{plan.code}"
    opens, closes = _window(number, seed)
    words = Words(
        title=f"{name}企业{plan.title}{MARK}" + (f"第 {number // GRID + 1} 辑" if number >= GRID else ""),
        force_from=issued, force_to=date(issued.year + 3, 12, 31),
        summary=f"{plan.summary}面向{name}企业。示例数据，不是真实政策。",
        condition={"and": [dict(term.when) for term in terms]}, formula=plan.formula, amount_words=plan.amount,
        materials=list(plan.materials), window=opens, steps=plan.steps,
        how="无需申请，名单公示后直接拨付。" if plan.steps == 0 else f"{closes}在政务服务网提交材料，由{plan.unit}审核。",
        contact=f"{plan.unit}政策窗口", beyond=["申报材料真实、完整"], excludes=[],
        clauses=[{"path": f"/and/{n}", "cite": "示例", "says": term.says} for n, term in enumerate(terms)],
    )  # fmt: skip
    return Offered(About(code, plan.kind, plan.theme, plan.unit), words, list(_cases(terms)))


def _class(prefix: str) -> str:
    return (prefix + "1000")[:5] if len(prefix) < 5 else prefix


def _window(number: int, seed: int) -> tuple[dict[str, object], str]:
    drawn = int(stream(seed, f"policies.window.{number}").integers(10))
    if drawn < 5:
        return {"kind": "always"}, ""
    if drawn < 8:
        month = 1 + drawn + number % 4
        return {"kind": "yearly", "from": f"{month:02d}-01", "to": f"{month + 1:02d}-28"}, f"每年 {month} 月起"
    first = date(2026, 10 + number % 3, 1)
    last = date(2026, first.month, 25) if number % 2 else date(2027, 1 + number % 2, 20)
    return {"kind": "once", "from": first.isoformat(), "to": last.isoformat()}, f"{last.month} 月 {last.day} 日前"


def _cases(terms: Sequence[Term]) -> Iterator[Example]:
    good: dict[str, object] = {}
    for term in terms:
        good |= {name: value for name, value in term.fits.items() if name not in good}
    yield Example("条件全部满足", "eligible", ON, good, "eligible")
    yield Example("行业不在范围内", "not", ON, good | dict(terms[0].fails), "ineligible")
    edged = next((term for term in terms if term.bound is not None), None)
    if edged is not None and edged.bound is not None and edged.beneath is not None:
        yield Example("正好在界上", "boundary", ON, good | dict(edged.bound), "eligible")
        yield Example("刚过界", "boundary", ON, good | dict(edged.beneath), "ineligible")
    else:
        yield Example("只差一条", "boundary", ON, good | dict(terms[1].fails), "ineligible")
    lacking = next(iter(terms[1].fits))
    yield Example("缺一项信息", "unknown", ON, {n: v for n, v in good.items() if n != lacking}, "unknown")


def _han(number: int) -> str:
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return digits[ones]
    return f"{digits[tens] if tens > 1 else ''}十{digits[ones] if ones else ''}"
