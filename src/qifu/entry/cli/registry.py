"""`qifu registry`: lists of enterprises: read one into the registry, or link many into one."""

from __future__ import annotations

from .registry_import import command
from .registry_link import command as link

command.add_command(link)

__all__ = ["command"]
