"""The people and firms that tests and the demo speak of, by short names."""

from __future__ import annotations

from qifu.entry.cli.sample.cast import contact, person
from qifu.entry.cli.sample.enterprises import FIXED_FIRMS

DISPATCHER = person("diaodu01")
SECOND_DISPATCHER = person("diaodu02")
SUPERVISOR = person("duban01")
HANDLER_MARKET = person("chengban-shichang-1")  # 区市场监督管理局
SECOND_HANDLER_MARKET = person("chengban-shichang-2")
HANDLER_HOUSING = person("chengban-zhujian-1")  # 区住房和城市更新局
HANDLER_TAX = person("chengban-shuiwu-1")  # 区税务局
HANDLER_STREET = person("chengban-yunze-1")  # 云泽街道办事处
SPECIALIST = person("zhuanyuan001")
BUILDING_MANAGER = person("louyu-b001")
POLICY_EDITOR = person("zhengce01")
REVIEWER = person("huishen01")
FINANCE = person("caiwu01")
LEADER = person("lingdao01")
ADMINISTRATOR = person("guanli01")
AUDITOR = person("shenji01")

OWNER_A = contact("owner_a")
AGENT_A = contact("agent_a")
OWNER_B = contact("owner_b")
OWNER_C = contact("owner_c")
AGENT_OF_TWO = contact("agent_ef")

FIRM_A, FIRM_B, FIRM_C, FIRM_D = (firm[0] for firm in FIXED_FIRMS[:4])
