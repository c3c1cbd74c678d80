"""Sessions in the database, as the framework keeps them, read by a statement that is drawn up once."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from qifu.kernel.prepared import Prepared

_LIVE = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now), texts=["key"], moments=["now"]
)


class SessionStore(db.SessionStore):
    """The session of one request."""

    def _get_session_from_db(self) -> Session | None:
        for found in _LIVE(key=self.session_key, now=timezone.now()):
            return found
        self._session_key = None
        return None
