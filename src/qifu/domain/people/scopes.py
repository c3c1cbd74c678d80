"""What an API token may be limited to. A token without scopes may do what its account may; a system's needs some."""

from __future__ import annotations

SCOPES = {
    "appeals:read": "查询诉求",
    "appeals:write": "提交和办理诉求",
    "enterprises:read": "查询企业",
    "statistics:read": "查询统计",
    "evidence:read": "查询证据",
    "metrics:read": "读取监控数据",
    "people": "维护机构与人员",
}
