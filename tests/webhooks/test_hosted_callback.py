"""The callback of a hosted connection: its secret stands in the address, and it tells of accounts only."""

from __future__ import annotations

import json
import uuid

import pytest
from structlog.testing import capture_logs

from communications.ingest.unfinished import tells_of_new_account
from communications.refold.replay import deliveries_replay
from communications.refold.selection import DeliverySelection
from communications.schemas.addresses import HOSTED_PATH
from communications.webhooks.receiver import takes
from tests.ingest.deliveries import channel_make, delivery_of, rows
from tests.webhooks.asgi import HOSTED_TOKEN
from tests.webhooks.bodies import whatsapp_message

CALLBACK = {"status": "CREATION_SUCCESS", "account_id": "", "name": "our own word"}

LEDGER = "SELECT source, outcome, reason FROM communications_webhookdelivery ORDER BY id DESC LIMIT 1"
STATUS = "SELECT status, status_word FROM communications_channel WHERE external_account_id = %s"


async def call(caller, body, *, path=f"{HOSTED_PATH}{HOSTED_TOKEN}/", headers=()):
    return await caller.request("POST", list(headers), [json.dumps(body).encode()], path=path)


@pytest.fixture
def account():
    return f"account-{uuid.uuid4()}"


@pytest.mark.parametrize("ending", ["", "/"])
async def test_a_callback_with_the_token_is_kept_and_tells_of_its_account(
    connections, caller, account, ending
):
    await channel_make(connections, account)
    answer = await call(
        caller,
        CALLBACK | {"account_id": account, "status": "RECONNECTED"},
        path=f"{HOSTED_PATH}{HOSTED_TOKEN}{ending}",
    )
    assert answer.status == 200
    assert await rows(connections, LEDGER) == [("hosted", "applied", "")]
    assert await rows(connections, STATUS, account) == [("ok", "RECONNECTED")]


NEAR_MISSES = [
    "",
    "/",
    "8" * 64,
    HOSTED_TOKEN[:-1],
    f"{HOSTED_TOKEN}0",
    f"{HOSTED_TOKEN}/x",
    f"x/{HOSTED_TOKEN}",
    "\udcff",
    "é" * 64,
]


@pytest.mark.parametrize("token", NEAR_MISSES)
async def test_any_other_token_gets_the_one_answer_and_leaves_nothing(
    connections, caller, webhook_secret, token
):
    before = await rows(connections, "SELECT count(*) FROM communications_webhookdelivery")
    with capture_logs() as logs:
        answer = await call(
            caller,
            CALLBACK,
            path=f"{HOSTED_PATH}{token}/",
            headers=[(b"unipile-auth", webhook_secret.encode())],
        )
    assert (answer.status, answer.body) == (401, b'{"error":"the secret is missing or wrong"}')
    assert await rows(connections, "SELECT count(*) FROM communications_webhookdelivery") == before
    assert HOSTED_TOKEN not in str(logs)


async def test_the_token_opens_no_other_door(connections, caller, account):
    await channel_make(connections, account)
    message = whatsapp_message("m1", account=account, text="planted")
    assert (await call(caller, message)).status == 200
    ((source, outcome, reason),) = await rows(connections, LEDGER)
    assert (source, outcome) == ("hosted", "ignored")
    assert "no callback" in reason
    await deliveries_replay(connections, DeliverySelection(outcome="ignored"))
    assert await rows(connections, "SELECT 1 FROM communications_message WHERE text = 'planted'") == []


async def test_an_unknown_status_is_kept_and_changes_nothing(connections, caller, account):
    await channel_make(connections, account)
    assert (await call(caller, CALLBACK | {"account_id": account, "status": "NOVEL"})).status == 200
    ((_, outcome, reason),) = await rows(connections, LEDGER)
    assert (outcome, bool(reason)) == ("ignored", True)
    assert await rows(connections, STATUS, account) == [("unknown", "")]


async def test_the_token_is_not_written_down(connections, caller, account):
    await call(caller, CALLBACK | {"account_id": account})
    kept = await rows(connections, "SELECT delivery::text FROM communications_webhookdelivery AS delivery")
    assert HOSTED_TOKEN not in str(kept)


def test_only_addresses_of_ours_are_taken():
    assert takes("/api/v1/webhooks/unipile/")
    assert takes(f"{HOSTED_PATH}x/")
    assert not takes("/api/v1/webhooks/unipile/other/")


@pytest.mark.parametrize(
    ("word", "are_parked", "expected"),
    [
        ("OK", True, True),
        ("RECONNECTED", True, True),
        ("CREATION_SUCCESS", True, True),
        ("CREDENTIALS", True, False),
        ("OK", False, False),
    ],
)
def test_a_word_that_an_unknown_account_works_is_worth_one_look_at_the_list(word, are_parked, expected):
    delivery = delivery_of({"AccountStatus": {"account_id": "new", "message": word, "Product": "x"}})
    assert tells_of_new_account([delivery], some_are_parked=are_parked) is expected
