"""Industries and divisions: counts, structure, known codes and how codes may be written."""

import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qifu.engines.codes import divisions, industries
from qifu.engines.codes.errors import UnknownCode

KNOWN = {
    "A": "农、林、牧、渔业",
    "C": "制造业",
    "I": "信息传输、软件和信息技术服务业",
    "T": "国际组织",
    "01": "农业",
    "13": "农副食品加工业",
    "27": "医药制造业",
    "39": "计算机、通信和其他电子设备制造业",
    "51": "批发业",
    "52": "零售业",
    "62": "餐饮业",
    "65": "软件和信息技术服务业",
    "70": "房地产业",
    "72": "商务服务业",
    "75": "科技推广和应用服务业",
    "87": "广播、电视、电影和录音制作业",
    "012": "豆类、油料和薯类种植",
    "203": "木质制品制造",
    "339": "铸造及其他金属制品制造",
    "395": "非专业视听设备制造",
    "651": "软件开发",
    "746": "环境与生态监测检测服务",
    "905": "文化体育娱乐活动与经纪代理服务",
    "0111": "稻谷种植",
    "0190": "其他农业",
    "0722": "海洋天然气及可燃冰开采",
    "1200": "其他采矿业",
    "1522": "瓶（罐）装饮用水制造",
    "2319": "包装装潢及其他印刷",
    "2762": "基因工程药物和疫苗制造",
    "3612": "新能源车整车制造",
    "3963": "智能无人飞行器制造",
    "3973": "集成电路制造",
    "4416": "太阳能发电",
    "4853": "地下综合管廊工程建筑",
    "5176": "计算机、软件及辅助设备批发",
    "5193": "互联网批发",
    "5267": "机动车充电销售",
    "5297": "宠物食品用品零售",
    "5412": "城市轨道交通",
    "5910": "装卸搬运",
    "6020": "快递服务",
    "6130": "民宿服务",
    "6242": "外卖送餐服务",
    "6450": "互联网数据服务",
    "6513": "应用软件开发",
    "6520": "集成电路设计",
    "6732": "天使投资",
    "7010": "房地产开发经营",
    "7040": "房地产租赁经营",
    "7221": "园区管理服务",
    "7271": "安全服务",
    "7289": "其他会议、展览及相关服务",
    "7517": "三维（3D）打印技术推广服务",
    "7540": "创业空间服务",
    "8053": "养生保健服务",
    "8391": "职业技能培训",
    "8521": "社会看护与帮助服务",
    "9051": "文化活动服务",
    "9700": "国际组织",
}
DIVISIONS_OF_SECTIONS = {
    "A": (1, 5),
    "B": (6, 12),
    "C": (13, 43),
    "D": (44, 46),
    "E": (47, 50),
    "F": (51, 52),
    "G": (53, 60),
    "H": (61, 62),
    "I": (63, 65),
    "J": (66, 69),
    "K": (70, 70),
    "L": (71, 72),
    "M": (73, 75),
    "N": (76, 79),
    "O": (80, 82),
    "P": (83, 83),
    "Q": (84, 85),
    "R": (86, 90),
    "S": (91, 96),
    "T": (97, 97),
}


def test_counts_of_the_standard() -> None:
    assert Counter(each.level.value for each in industries.table().values()) == {
        "section": 20,
        "division": 97,
        "group": 473,
        "class": 1381,
    }


def test_known_codes() -> None:
    assert len(KNOWN) >= 40
    assert {code: industries.industry(code).name for code in KNOWN} == KNOWN


def test_every_section_holds_its_divisions() -> None:
    held = {
        section.code: [each.code for each in industries.children(section.code)] for section in industries.sections()
    }
    assert held == {
        letter: [f"{number:02}" for number in range(first, last + 1)]
        for letter, (first, last) in DIVISIONS_OF_SECTIONS.items()
    }


def test_every_industry_stands_under_its_parents() -> None:
    for each in industries.table().values():
        for above in each.parents:
            assert each.section == industries.industry(above).section
            assert above == each.section or each.code.startswith(above)
        if each.level is not industries.Level.CLASS:
            assert industries.children(each.code)


def test_a_group_of_one_class_shares_its_name() -> None:
    for group in (each for each in industries.table().values() if each.level.value == "group"):
        below = industries.children(group.code)
        alone = len(below) == 1
        assert alone == (below[0].code == group.code + "0")
        assert not alone or below[0].name == group.name


def test_names_are_clean() -> None:
    for each in industries.table().values():
        assert each.name == each.name.strip()
        assert not set(each.name) & set(" ()?,;:|　")


@pytest.mark.parametrize(
    ("written", "code", "full", "parents"),
    [
        ("I", "I", "I", ()),
        ("65", "65", "I65", ("I",)),
        ("I65", "65", "I65", ("I",)),
        ("651", "651", "I651", ("I", "65")),
        ("6513", "6513", "I6513", ("I", "65", "651")),
        ("i6513", "6513", "I6513", ("I", "65", "651")),
        (" Ｉ６５ 13 ", "6513", "I6513", ("I", "65", "651")),
    ],
)
def test_how_codes_may_be_written(written: str, code: str, full: str, parents: tuple[str, ...]) -> None:
    held = industries.industry(written)
    assert (held.code, held.full_code, held.parents, held.section) == (code, full, parents, "I")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "行业代码是空的，请填写门类字母和 2 至 4 位数字，例如 I6513。"),
        ("C65", "行业代码 C65 的门类字母不对：65 软件和信息技术服务业属于门类 I，请改为 I65。"),
        ("U", "GB/T 4754-2017 中没有行业代码 U，请填写门类字母和 2 至 4 位数字，例如 I6513。"),
        (
            "I6510",
            "GB/T 4754-2017 中没有行业代码 I6510（可能是旧版代码）；最近的是中类 651 软件开发，其下有 "
            "6511 基础软件开发、6512 支撑软件开发、6513 应用软件开发、6519 其他软件开发。",
        ),
    ],
)
def test_unknown_codes_are_refused_with_a_sentence(code: str, sentence: str) -> None:
    assert not industries.is_known(code)
    with pytest.raises(UnknownCode) as refused:
        industries.industry(code)
    assert str(refused.value) == sentence


def test_section_of_numbers_and_of_old_codes() -> None:
    assert industries.section_of("6513") == "I"
    assert industries.section_of("6510") == "I"
    assert industries.section_of("I") == "I"
    assert industries.section_of("00") is None
    assert industries.section_of("C65") is None


def test_children_and_search() -> None:
    assert [each.code for each in industries.children("I65")] == [
        *("651", "652", "653", "654", "655", "656", "657", "659"),
    ]
    assert industries.children("6513") == ()
    assert [each.code for each in industries.search("软件开发")][:1] == ["651"]
    assert [each.code for each in industries.search("集成电路")] == ["3973", "652", "6520"]
    assert [each.name for each in industries.search("集成电路 制造")] == ["集成电路制造"]
    assert industries.search("I65")[0].code == "65"
    assert industries.search("") == ()
    assert len(industries.search("制造", limit=7)) == 7


@given(st.text(max_size=8))
def test_no_text_breaks_a_look_up(text: str) -> None:
    industries.search(text)
    industries.section_of(text)
    divisions.search(text)
    assert industries.is_known(text) == (industries.find(text) is not None)
    assert divisions.is_known(text) == (divisions.find(text) is not None)


def test_counts_of_divisions() -> None:
    assert Counter(each.level.value for each in divisions.table().values()) == {
        "province": 34,
        "prefecture": 333,
        "county": 2847,
    }
    hubei = [each for each in divisions.table().values() if each.code.startswith("42")]
    assert Counter(each.level.value for each in hubei) == {"province": 1, "prefecture": 13, "county": 103}


def test_districts_of_wuhan() -> None:
    assert {each.code: each.name for each in divisions.children("420100")} == {
        "420102": "江岸区",
        "420103": "江汉区",
        "420104": "硚口区",
        "420105": "汉阳区",
        "420106": "武昌区",
        "420107": "青山区",
        "420111": "洪山区",
        "420112": "东西湖区",
        "420113": "汉南区",
        "420114": "蔡甸区",
        "420115": "江夏区",
        "420116": "黄陂区",
        "420117": "新洲区",
    }


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("420106", "湖北省武汉市武昌区"),
        ("4201", "湖北省武汉市"),
        ("42", "湖北省"),
        ("429004", "湖北省仙桃市"),
        ("422801", "湖北省恩施土家族苗族自治州恩施市"),
        ("110101", "北京市东城区"),
        ("500101", "重庆市万州区"),
        ("440300", "广东省深圳市"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("810000", "香港特别行政区"),
    ],
)
def test_full_names(code: str, name: str) -> None:
    assert divisions.full_name(code) == name


def test_every_division_stands_under_its_parent() -> None:
    for each in divisions.table().values():
        above = divisions.parents(each.code)
        assert (each.level is divisions.Level.PROVINCE) == (above == ())
        assert all(each.code.startswith(one.code.rstrip("0")) for one in above)


def test_divisions_are_searched_within_a_place() -> None:
    assert [each.code for each in divisions.search("武昌")] == ["420106"]
    assert len(divisions.search("鼓楼区")) == 4
    assert [each.code for each in divisions.search("鼓楼区", within="320100")] == ["320106"]


def test_unknown_division_is_refused_with_a_sentence() -> None:
    with pytest.raises(UnknownCode) as refused:
        divisions.division("420199")
    assert str(refused.value) == (
        "行政区划代码 420199 不在现行代码表中（2026-09-11 版），请核对是否录错，或是否为已撤并的旧代码。"
    )


def test_importing_reads_no_table() -> None:
    program = (
        "import qifu.engines.codes as c, sys; assert 'csv' not in sys.modules\n"
        "from qifu.engines.codes import credit, divisions, industries, scale, sizes\n"
        "held = (divisions.table, industries.table, sizes.lines, scale.standards)\n"
        "assert [each.cache_info().currsize for each in held] == [0, 0, 0, 0]\n"
        "industries.is_known('I65'), industries.is_known('I66')\n"
        "assert industries.table.cache_info().misses == 1\n"
    )
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{program}"])
    assert done.returncode == 0
