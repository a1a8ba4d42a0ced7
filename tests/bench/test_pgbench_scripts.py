"""The two scripts of pgbench write what a delivery is in the product's own tables."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bench import bodies
from bench.pgbench import ONE_STATEMENT, ORDINARY, cell_from_logs, script_variables
from communications.models import Channel, ChatAttendee, Conversation, Message, WebhookBody, WebhookDelivery
from landline.postgres.binaries import find_binaries
from tests.database import ScratchDatabase

FIRST_WITH_UUIDV7 = 180_000


def prepared_channel() -> Channel:
    """With the conversations that every cell finds."""
    channel = Channel.objects.create(provider="whatsapp", external_account_id=bodies.ACCOUNT)
    contact = ChatAttendee.objects.create(channel=channel, provider_id="209970000100017@lid")
    numbers = range(bodies.FIRST_CONVERSATION, bodies.FIRST_CONVERSATION + bodies.CONVERSATIONS)
    Conversation.objects.bulk_create(
        Conversation(channel=channel, external_thread_id=bodies.chat_of(number).chat_id, contact=contact)
        for number in numbers
    )
    return channel


@pytest.mark.parametrize("script", [ORDINARY, ONE_STATEMENT], ids=lambda script: script.stem)
def test_each_transaction_is_one_whole_delivery(database: ScratchDatabase, script: Path) -> None:
    with database.owner_connection() as connection:
        if connection.info.server_version < FIRST_WITH_UUIDV7:
            pytest.skip("the scripts need PostgreSQL 18")
    channel = prepared_channel()
    pgbench = find_binaries(None).program("pgbench")
    definitions = [f"--define={name}={value}" for name, value in script_variables(channel.pk).items()]
    arguments = ["--transactions=20", "--no-vacuum", "--protocol=prepared", f"--file={script}", *definitions]
    subprocess.run([pgbench, *arguments, database.runtime_url], check=True, capture_output=True)

    deliveries = WebhookDelivery.objects.filter(outcome="applied", channel_id=channel.pk)
    assert deliveries.count() == 20
    assert len({bytes(delivery.event_key or b"") for delivery in deliveries}) == 20
    assert all(
        bytes(body.raw).startswith(b'{"event":"message_received"') for body in WebhookBody.objects.all()
    )
    assert WebhookBody.objects.count() == 20
    assert Message.objects.filter(received_by__in=deliveries.values("id"), direction="inbound").count() == 20
    assert Conversation.objects.count() == bodies.CONVERSATIONS
    assert sum(Conversation.objects.values_list("unread_count", flat=True)) == 20


def test_what_ended_before_the_warm_up_or_after_the_cell_does_not_count(tmp_path: Path) -> None:
    log = tmp_path / "pgbench.1"
    # client, number, microseconds, script, end in seconds and microseconds
    ends = [
        (0, 0, 500_000, 0, 100, 500_000),
        (0, 1, 10_000, 0, 101, 0),
        (1, 0, 30_000, 0, 102, 999_000),
        (1, 1, 20_000, 0, 103, 0),
    ]
    log.write_text("".join(" ".join(map(str, fields)) + "\n" for fields in ends))
    cell = cell_from_logs([log], warm_up_seconds=1, seconds=2)
    assert cell.per_second == 1
    assert cell.p50_ms == 10
    assert cell.p99_ms == 30
