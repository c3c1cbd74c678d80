"""One case with a file, played in an installation of its own; and what stands there afterwards. Run as a program by the tests of backup.

`python -m tests.domain.played_case play` plays; `… read` prints what is found, as JSON.
"""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qifu.config.settings")
NOW = datetime(2026, 9, 30, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def play() -> None:
    from django.db import transaction

    from qifu.domain.appeals.actions.submit import Request, submit
    from qifu.domain.appeals.actions.take import take
    from qifu.domain.appeals.models import Category
    from qifu.domain.people import actions as people
    from qifu.domain.people import queries
    from qifu.domain.people.models import Account
    from qifu.entry.clock.seals import seal_and_anchor
    from qifu.kernel.actor import SYSTEM, Role
    from qifu.kernel.files.actions import keep

    with transaction.atomic():
        centre = people.create_unit(actor=SYSTEM, now=NOW, code="C", name="企业服务中心", kind="centre", parent=None).pk
        made = people.create_member(
            actor=SYSTEM, now=NOW, username="dispatcher", name="周调度", password="correct horse 9 battery"
        )
        people.grant_role(actor=SYSTEM, now=NOW, account=made.account.pk, unit=centre, role=Role.DISPATCHER)
        top = Category.objects.create(code="a", name="场地")
        Category.objects.create(code="a.b", name="停车", parent=top)
    actor = queries.actor_of(Account.objects.get(pk=made.account.pk), NOW)
    file = keep(actor=actor, now=NOW, file=io.BytesIO(PNG), name="现场.png")
    wanted = Request(
        title="停车难", body="车位不够", category="a.b", channel="hotline", phone="19900001234", files=[file.pk]
    )
    case = submit(actor=actor, now=NOW, request=wanted)
    take(actor=actor, now=NOW, number=case.number, step="accept")
    seal_and_anchor(NOW)


def read() -> dict[str, object]:
    from django.db import connection

    from qifu.domain.appeals.models import Appeal
    from qifu.kernel.evidence.models import Record, Seal
    from qifu.kernel.files import queries as files

    rows = []
    for case in Appeal.objects.order_by("pk"):
        kept = files.kept_for(case.stream, with_internal=True)
        with files.opened(case.stream, kept[0].pk, with_internal=True)[1] as data:
            rows.append([case.number, case.state, case.phone, case.title, data.read() == PNG])
    return {"cases": rows, "records": Record.objects.count(), "seals": Seal.objects.count(), "kind": connection.vendor}


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "play":
        play()
    print(json.dumps(read(), ensure_ascii=False))
