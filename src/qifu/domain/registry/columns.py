"""The columns of a list of enterprises, and the headings under which people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qifu.engines.eligibility import Field, catalogue
from qifu.kernel.errors import Invalid

_NOISE = re.compile(r"[\s*＊:：_\-/、.。]+|[(（\[【][^)）\]】]*[)）\]】]")


@dataclass(frozen=True, slots=True)
class Column:
    """One thing that a list may say of an enterprise; `mark` names the standing that a yes stands for."""

    field: str
    label: str
    headings: str  # separated by spaces
    mark: str = ""


def _labelled(field: Field) -> str:
    return f"{field.label}（{field.unit}）" if field.unit and field.unit != "比例" else field.label


COLUMNS = (
    Column(
        "name",
        "企业名称",
        "企业名称 单位名称 单位全称 公司名 公司名称 名称 市场主体名称 主体名称 单位详细名称 企业全称 单位 企业 商户名称 "
        "字号名称 纳税人名称 租户名称 租户 入驻企业 参保单位 缴费单位 法人单位名称 机构名称 name",
    ),
    Column(
        "uscc",
        "统一社会信用代码",
        "统一社会信用代码 社会信用代码 信用代码 统一代码 税号 纳税人识别号 统一信用代码 统一社会信用代码注册号 "
        "社会统一信用代码 机构代码 代码 uscc",
    ),
    Column(
        "former",
        "曾用名",
        "曾用名 曾用名称 原名称 原企业名称 历史名称 更名前名称 former_name",
    ),
    Column(
        "industry",
        "行业",
        "行业 行业代码 所属行业 国民经济行业 国民经济行业代码 行业类别 行业小类 行业名称 国民经济行业分类 industry",
    ),
    Column(
        "street",
        "所属街道",
        "所属街道 街道 街道办事处 属地街道 所在街道 属地 管辖街道 street",
    ),
    Column(
        "size_class",
        "企业规模",
        "企业规模 规模 单位规模 规模类型 企业划型 划型 大中小微 size_class",
    ),
    Column(
        "legal_form",
        "企业类型",
        "企业类型 市场主体类型 主体类型 登记注册类型 组织形式 类型 公司类型 legal_form",
    ),
    Column(
        "registered_on",
        "成立日期",
        "成立日期 成立时间 注册日期 注册时间 登记日期 开业日期 设立日期 registered_on",
    ),
    Column(
        "registered_capital",
        "注册资本（万元）",
        "注册资本 注册资金 认缴资本 注册资本金 出资额 资本 registered_capital",
    ),
    Column(
        "employees",
        "从业人数",
        "从业人数 从业人员 在岗职工 在岗职工人数 在职人数 职工人数 员工人数 人数 从业人员期末人数 参保人数 employees",
    ),
    Column(
        "address",
        "地址",
        "地址 经营地址 办公地址 注册地址 住所 经营场所 企业地址 单位地址 详细地址 address",
    ),
    Column(
        "status",
        "登记状态",
        "登记状态 经营状态 企业状态 状态 存续状态 营业状态 status",
    ),
    Column(
        "phone",
        "联系电话",
        "联系电话 电话 联系方式 手机 手机号 手机号码 联系人电话 固定电话 phone",
    ),
    Column(
        "is_key",
        "重点企业",
        "重点企业 是否重点 是否重点企业 重点",
        "key",
    ),
    Column(
        "is_above_scale",
        "四上企业",
        "四上企业 四上 是否规上 规上 规上企业 是否四上 是否四上企业 是否规上企业",
        "above_scale",
    ),
    Column(
        "is_high_tech",
        "高新技术企业",
        "高新技术企业 高企 是否高企 是否高新 是否高新技术企业",
        "high_tech",
    ),
    Column(
        "is_specialised",
        "专精特新",
        "专精特新 是否专精特新 专精特新企业",
        "specialised",
    ),
    Column(
        "is_little_giant",
        "专精特新“小巨人”",
        "小巨人 是否小巨人 专精特新小巨人",
        "little_giant",
    ),
    Column(
        "is_tech_sme",
        "科技型中小企业",
        "科技型中小企业 是否科技型中小企业",
        "tech_sme",
    ),
)
# What people write over figures, beside the label of the catalogue.
_FIGURES = {
    "revenue": "年营业收入 年营收 主营业务收入 销售收入 年销售额 营收 营业额",
    "revenue_growth": "营收增长率 收入增长率 增长率",
    "assets": "总资产 资产总计 资产合计",
    "profit": "利润 净利润总额 年利润",
    "tax_paid": "纳税额 年纳税额 纳税总额 税收总额 入库税额 税收 缴税额 实际缴纳税款",
    "rd_expense": "研发投入 研究开发费用 研发经费",
    "rd_ratio": "研发占比 研发投入占比",
    "patents": "专利数 专利数量",
    "inventions": "发明专利 发明专利数",
    "tax_credit": "纳税信用等级 纳税信用",
    "building_id": "楼宇编号 楼宇编码",
    "certified_on": "发证日期 认定时间",
    "insured_staff": "参保人数 社保人数",
}
_LEFT_OUT = {"enterprise_id", "age_months", "high_tech", "specialised", "little_giant", "above_scale", "tech_sme"}
WATCHED = (  # what monitoring alone asks for
    Column("arrears", "欠缴税费（万元）", "欠缴税费 欠税 欠税金额 欠税余额 欠缴税款 欠缴社保费 欠费金额 arrears"),
    Column("lawsuits", "涉诉案件", "涉诉案件 涉诉案件数 被告案件 被告案件数 被执行案件 被执行案件数 lawsuits"),
)
PEOPLE = (  # kept masked: see registry.persons
    Column(
        "legal_person",
        "法定代表人",
        "法定代表人 法定代表人姓名 法人代表 法人 法人姓名 负责人 企业负责人 经营者 legal_person",
    ),
    Column("holders", "股东", "股东 股东名称 股东信息 股东名单 股东及出资比例 投资人 出资人 holders"),
)
FIGURES = tuple(
    Column(field.name, _labelled(field), " ".join((field.label, _FIGURES.get(field.name, ""), field.name)).strip())
    for field in catalogue().values()
    if field.name not in _LEFT_OUT | {column.field for column in COLUMNS}
)
ALL = (*COLUMNS, *PEOPLE, *FIGURES, *WATCHED)
BY_FIELD = {column.field: column for column in ALL}
NEEDED = ("name",)


_EITHER, LONGEST = re.compile(r"[/／、或]"), 30


def _plain(heading: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", heading).replace("（", "(").replace("）", ")")).lower()


# Of two columns that share a heading the earlier one has it.
_KNOWN = {_plain(heading): column.field for column in reversed(ALL) for heading in column.headings.split()} | {
    column.field.replace("_", ""): column.field for column in reversed(ALL)
}


def is_known(heading: str) -> bool:
    """Whether the text is one of the headings under which people write a column."""
    return bool(field_of(heading))


def field_of(heading: str) -> str:
    """The field that a heading means, as a whole or by one of its alternatives (单位全称/简称); empty: none."""
    parts = [heading, *_EITHER.split(heading)] if len(heading) <= LONGEST else [heading]
    return next((found for part in parts if (found := _KNOWN.get(_plain(part)))), "")


def recognise(headings: Sequence[str]) -> dict[str, int]:
    """Return field → number of the column (from 0); the first of several columns of one kind is taken."""
    found: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if field := field_of(heading):
            found.setdefault(field, place)
    return found


def checked(mapping: Mapping[str, int], headings: Sequence[str]) -> dict[str, int]:
    """Return the mapping as it may be used.

    :raises Invalid: a field or column that does not exist, one column for two fields, or no column of names.
    """
    for field, place in mapping.items():
        if field not in BY_FIELD or not 0 <= place < len(headings):
            raise Invalid("列的对应关系不正确，请重新选择。", {field: "没有这一列"})
    twice = [field for field, place in mapping.items() if list(mapping.values()).count(place) > 1]
    if twice:
        labels = "、".join(BY_FIELD[field].label for field in twice)
        raise Invalid(f"{labels}选了同一列，请改为不同的列。", dict.fromkeys(twice, "与另一项选了同一列"))
    missing = [field for field in NEEDED if field not in mapping]
    if missing:
        raise Invalid("没有找到企业名称所在的列，请指定后再试算。", dict.fromkeys(missing, "请选择一列"))
    return dict(mapping)
