"""What the officer of the sample centre writes into the final accounts: duties, offices, reasons."""

from __future__ import annotations

WORDS = {  # place → words
    "duties": "承担全区企业服务的统筹协调工作\n受理、转办和督办企业诉求\n组织惠企政策的宣传、匹配和兑现\n承办区委、区政府交办的其他事项",
    "offices": "综合科、企业服务科、政策科、督办科、财务绩效科",
    "overall": "企业服务平台运维和楼宇数据采集的任务增加，财政拨款相应增加",
    "item:2011350": "按规定压减办公、差旅等一般性支出",
    "item:2011399": "部分项目按合同约定跨年支付，培训由集中授课改为线上",
}
