"""Qifu (企服): the open system of a district enterprise service centre."""
