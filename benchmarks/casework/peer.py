"""The peer: django-helpdesk in an environment of its own, with as many tickets as we have cases and the same texts.

    python peer.py settings | fill N SOURCE | prepare    (run by the peer's own interpreter)

Its own way of doing each thing is measured: the list is the JSON its table loads (the page around it is left out, in its
favour), search is its search field, a step is its update form, the board is its dashboard.
"""

from __future__ import annotations

import json
import os
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

VERSION = "2.6.1"
QUEUES = 39
FOLLOW_UPS = 8  # about as many lines of history as a case of ours has

SETTINGS = """
import os
import dj_database_url
SECRET_KEY = "bench"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.sites", "django.contrib.humanize", "django.contrib.staticfiles",
    "django.contrib.admin", "rest_framework", "helpdesk"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
ROOT_URLCONF = "bench_peer_urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True,
    "NAME": os.environ["PEER_DB"], "USER": os.environ.get("PEER_USER", "postgres"),
    "PASSWORD": os.environ.get("PEER_PASSWORD", ""),
    "HOST": os.environ.get("PEER_HOST", "127.0.0.1"), "PORT": os.environ.get("PEER_PORT", "5432")}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
SITE_ID = 1
STATIC_URL = "/static/"
LOGIN_URL = "helpdesk:login"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_SUBMIT_A_TICKET_PUBLIC = True
HELPDESK_VIEW_A_TICKET_PUBLIC = True
REST_FRAMEWORK = {}
WSGI_APPLICATION = None
"""
URLS = """
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""
WSGI = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "bench_peer_settings"
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""


def write_project(folder: Path) -> None:
    """The smallest project that serves it."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = SETTINGS.replace("import dj_database_url\n", "")
    for name, text in (("settings", settings), ("urls", URLS), ("wsgi", WSGI)):
        (folder / f"bench_peer_{name}.py").write_text(text.lstrip())


def fill(target: int, source: Path) -> dict[str, Any]:
    """As many tickets as asked, from texts handed over as JSON lines [title, body, is_open]."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection
    from helpdesk.models import Queue

    call_command("migrate", verbosity=0, interactive=False)
    if not User.objects.exists():
        User.objects.create_superuser("bench", "bench@example.org", "bench")
        for n in range(QUEUES):
            Queue.objects.create(title=f"单位{n:02}", slug=f"unit{n:02}", allow_public_submission=True)
    texts = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE sample (n int PRIMARY KEY, title text, body text, is_open boolean)")
        with cursor.copy("COPY sample FROM STDIN") as copy:
            for n, row in enumerate(texts):
                copy.write_row((n, *row))
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM helpdesk_ticket")
        have, last = cursor.fetchone()
        cursor.execute("SELECT array_agg(id ORDER BY id) FROM helpdesk_queue")
        (queues,) = cursor.fetchone()
        cursor.execute(_TICKETS, {"n": len(texts), "from": last + 1, "to": last + target - have, "queues": queues,
                                  "all": target})  # fmt: skip
        cursor.execute(_FOLLOW_UPS, {"from": last + 1, "each": FOLLOW_UPS})
        for table in ("helpdesk_ticket", "helpdesk_followup"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM helpdesk_ticket")
        return {"tickets": cursor.fetchone()[0]}


_TICKETS = """
INSERT INTO helpdesk_ticket (id, title, queue_id, created, modified, submitter_email, status, on_hold, description, priority,
                             secret_key, assigned_to_id)
SELECT s, t.title, (%(queues)s::bigint[])[1 + s %% cardinality(%(queues)s::bigint[])], a.at, a.at,
       'firm' || (s %% 4000) || '@example.org', CASE WHEN t.is_open THEN 1 + s %% 2 ELSE 3 + s %% 2 END, false, t.body,
       1 + s %% 5, md5(s::text), 1
FROM generate_series(%(from)s::bigint, %(to)s::bigint) s JOIN sample t ON t.n = s %% %(n)s,
     LATERAL (SELECT now() - (%(all)s - s) * interval '730 days' / %(all)s AS at) a
"""
_FOLLOW_UPS = """
INSERT INTO helpdesk_followup (ticket_id, date, title, comment, public, user_id)
SELECT t.id, t.created + k * interval '3 hours', '进展 ' || k::text, left(t.description, 120), true, 1
FROM helpdesk_ticket t, generate_series(1, %(each)s) k WHERE t.id >= %(from)s
"""


def prepare() -> dict[str, Any]:
    """Cookie, ids, and who may do what."""
    from django.contrib.auth.models import User
    from django.db.models import Max
    from django.test import Client
    from helpdesk.models import Queue, Ticket

    client = Client()
    client.force_login(User.objects.get(username="bench"))
    return {
        "cookie": client.cookies["sessionid"].value,
        "last": Ticket.objects.aggregate(last=Max("pk"))["last"],
        "queues": list(Queue.objects.order_by("pk").values_list("pk", flat=True)),
        "open": list(Ticket.objects.filter(status=1).order_by("-pk").values_list("pk", "queue", "title")[:3000]),
    }


def listing(start: int = 0, **wanted: object) -> str:
    """The address of the JSON behind its table."""
    query = {"filtering": {}, "filtering_null": {}, "sorting": "created", "sortreverse": True, "search_string": ""}
    code = b64encode(json.dumps(query | wanted).encode()).decode()
    return f"/datatables_ticket_list/{code}?draw=1&start={start}&length=25"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench_peer_settings"
    import django

    django.setup()
    done = prepare() if sys.argv[1] == "prepare" else fill(int(sys.argv[2]), Path(sys.argv[3]))
    json.dump(done, sys.stdout)


if __name__ == "__main__":
    main()
