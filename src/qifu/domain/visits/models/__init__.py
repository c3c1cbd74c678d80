"""The tables of visits."""

from qifu.domain.visits.models.bindings import Binding, ChangeWish, Dealing
from qifu.domain.visits.models.plans import Line, Plan
from qifu.domain.visits.models.visits import Diary, Fact, Need, Photo, Visit

__all__ = ["Binding", "ChangeWish", "Dealing", "Diary", "Fact", "Line", "Need", "Photo", "Plan", "Visit"]
