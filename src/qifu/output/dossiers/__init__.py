"""Composed across rooms once, for page, API and paper."""

from qifu.output.dossiers.enterprise import Event, File, Year, compose
from qifu.output.dossiers.portrait import Tag

__all__ = ["Event", "File", "Tag", "Year", "compose"]
