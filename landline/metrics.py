"""What Prometheus reads: counted in the database when asked, so that any of several web processes says the same."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from landline.environment import is_loopback

MINUTES = 5
SENDS = 500
QUANTILES = (0.5, 0.9, 0.99)

# (name, help, labels, statement): each row is the labels' values, then the number. All go by the newest end of an index, or by
# an index that holds little.
MEASURES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    (
        "landline_deliveries_recent",
        f"Deliveries received in the last {MINUTES} minutes, by what became of them; applied ones are stored as facts.",
        ("outcome",),
        f"""SELECT outcome, count(*) FROM communications_webhookdelivery
            WHERE id >= landline_uuid7_before(now() - interval '{MINUTES} minutes') GROUP BY outcome""",  # noqa: S608
    ),
    (
        "landline_deliveries_unfinished",
        "Deliveries that failed and will be tried again, or that wait for their account to be known.",
        ("outcome",),
        """SELECT outcome, count(*) FROM communications_webhookdelivery
           WHERE outcome IN ('failed', 'parked') AND outcome <> 'applied' GROUP BY outcome""",
    ),
    (
        "landline_delivery_lag_seconds",
        f"From a message's time at its provider to its arrival here, of those of the last {MINUTES} minutes.",
        ("quantile",),
        f"""SELECT quantile::text, percentile_disc(quantile) WITHIN GROUP (ORDER BY lag) FROM (
                SELECT extract(epoch FROM message.received_at - message.sent_at)::float8 AS lag
                FROM communications_webhookdelivery AS delivery
                JOIN communications_message AS message ON message.id = delivery.message_id
                WHERE delivery.id >= landline_uuid7_before(now() - interval '{MINUTES} minutes')
                  AND delivery.event = 'message_received' AND delivery.outcome = 'applied'
                  AND NOT message.is_stub AND NOT message.time_flagged
            ) AS recent, unnest(%(quantiles)s::float8[]) AS quantile GROUP BY quantile""",  # noqa: S608
    ),
    (
        "landline_send_seconds",
        f"From the wish to send to the proof that it was sent, of the last {SENDS} intents.",
        ("quantile",),
        f"""SELECT quantile::text, percentile_disc(quantile) WITHIN GROUP (ORDER BY took) FROM (
                SELECT extract(epoch FROM evidence_at - wanted_at)::float8 AS took
                FROM (SELECT * FROM communications_intent ORDER BY id DESC LIMIT {SENDS}) AS recent
                WHERE kind IN ('send', 'forward') AND evidence_at IS NOT NULL
            ) AS sends, unnest(%(quantiles)s::float8[]) AS quantile GROUP BY quantile""",  # noqa: S608
    ),
    (
        "landline_outbox",
        "Intents that have not ended.",
        ("state",),
        """SELECT state, count(*) FROM communications_intent
           WHERE state IN ('waiting', 'sending', 'unconfirmed') GROUP BY state""",
    ),
    (
        "landline_gaps",
        "Times in which messages of an account may be missing, by how far their comparison is.",
        ("state",),
        """SELECT state, count(*) FROM communications_comparisonwindow WHERE state <> 'done' GROUP BY state""",
    ),
    (
        "landline_calls_today",
        "Calls of upstream since midnight UTC, over all accounts, by what they were for.",
        ("purpose",),
        """SELECT purpose, sum(calls) FROM communications_callday
           WHERE day = (now() AT TIME ZONE 'UTC')::date GROUP BY purpose""",
    ),
    (
        "landline_feed_age_seconds",
        "Age of the oldest transaction that writes: what is newer is not shown before it ends.",
        (),
        """SELECT coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0)::float8
           FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()""",
    ),
    (
        "landline_jobs",
        "The worker's jobs.",
        ("status",),
        """SELECT status::text, count(*) FROM procrastinate_jobs
           WHERE status IN ('todo', 'doing', 'failed') GROUP BY status""",
    ),
    (
        "landline_accounts",
        "Connected accounts, by what their provider says of them.",
        ("status",),
        "SELECT status, count(*) FROM communications_channel GROUP BY status",
    ),
    (
        "landline_alarms",
        "Open alarms.",
        ("kind",),
        "SELECT kind, count(*) FROM communications_alarm WHERE closed_at IS NULL GROUP BY kind",
    ),
)


class DatabaseCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        with connection.cursor() as cursor:
            for name, description, labels, statement in MEASURES:
                family = GaugeMetricFamily(name, description, labels=labels)
                cursor.execute(statement, {"quantiles": list(QUANTILES)})
                for *values, number in cursor.fetchall():
                    family.add_metric([str(value) for value in values], float(number))
                yield family


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 for whoever may not read it, as for an address that is not there."""
    if not may_read(request.META):
        return HttpResponse(status=404, headers={"Cache-Control": "no-store"})
    registry = CollectorRegistry()
    registry.register(DatabaseCollector())
    return HttpResponse(
        generate_latest(registry), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
    )


def may_read(meta: dict[str, Any]) -> bool:
    """With a token: whoever has it. Without: this machine, as long as nobody else can reach the server."""
    token = settings.LANDLINE_METRICS_TOKEN
    if token is not None:
        given = str(meta.get("HTTP_AUTHORIZATION", ""))
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return settings.LANDLINE_MODE == "loopback" and is_loopback(str(meta.get("REMOTE_ADDR", "")))
