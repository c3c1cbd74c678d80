"""Every address of the system, by audience. A room's screens bring their own list; this only joins them."""

from __future__ import annotations

from django.urls import include, path

from qifu.entry.theme.health import healthz
from qifu.entry.theme.metrics import metrics

handler400 = "qifu.entry.theme.unreadable.bad_request"
handler500 = "qifu.entry.theme.logging.server_error"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("", include("qifu.entry.portal.urls")),
    path("", include("qifu.entry.portal.policies.urls")),
    path("", include("qifu.entry.portal.grants.urls")),
    path("", include("qifu.entry.portal.accounts.urls")),
    path("", include("qifu.entry.portal.signin.urls")),
    path("desk/people/", include("qifu.entry.desk.people.urls")),
    path("desk/", include("qifu.entry.desk.registry.urls")),
    path("desk/", include("qifu.entry.desk.estate.urls")),
    path("desk/", include("qifu.entry.desk.events.urls")),
    path("desk/", include("qifu.entry.desk.alerts.urls")),
    path("desk/", include("qifu.entry.desk.visits.urls")),
    path("desk/", include("qifu.entry.desk.dossiers.urls")),
    path("desk/", include("qifu.entry.desk.analysis.urls")),
    path("desk/", include("qifu.entry.desk.measures.urls")),
    path("desk/", include("qifu.entry.desk.budget.urls")),
    path("desk/", include("qifu.entry.desk.accounts.urls")),
    path("desk/", include("qifu.entry.desk.performance.urls")),
    path("desk/", include("qifu.entry.desk.exports.urls")),
    path("desk/", include("qifu.entry.desk.knowledge.urls")),
    path("desk/", include("qifu.entry.desk.policies.urls")),
    path("desk/", include("qifu.entry.desk.grants.urls")),
    path("desk/", include("qifu.entry.desk.subsidies.urls")),
    path("desk/", include("qifu.entry.desk.relief.urls")),
    path("desk/", include("qifu.entry.desk.overlaps.urls")),
    path("desk/", include("qifu.entry.desk.policies_collection.urls")),
    path("desk/", include("qifu.entry.desk.operations.urls")),
    path("desk/", include("qifu.entry.desk.urls")),
    path("examinations/", include("qifu.entry.desk.disclosure.urls")),
    path("", include("qifu.entry.portal.estate.urls")),
    path("", include("qifu.entry.portal.stations.urls")),
    path("", include("qifu.entry.portal.events.urls")),
    path("my/enterprises/", include("qifu.entry.portal.certify.urls")),
    path("my/enterprises/", include("qifu.entry.portal.profile.urls")),
    path("field/", include("qifu.entry.field.urls")),
    path("", include("qifu.entry.board.urls")),
    path("api/v1/", include("qifu.entry.api.urls")),
    path("", include("qifu.entry.theme.urls")),  # the style guide
]
