"""Training as a job of the queue: it may take minutes, and its result stays with the item."""

from __future__ import annotations

from django.utils import timezone
from django_tasks import task

from qifu.domain.appeals.actions.learn import learn
from qifu.domain.appeals.learning.model import TooFew


@task()
def train() -> dict[str, str]:
    """Train both models and put them in use; return what they are worth, or why it was not possible."""
    try:
        made = learn(now=timezone.now())
    except TooFew as problem:
        return {"problem": str(problem)}
    return {name: model.report.as_text() for name, model in made.items()}
