"""The script in docs/protocol.md does what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from communications.models import User
from tests.inbox import PASSWORD, attendee_make, channel_make, conversation_make, message_make, recount
from tests.processes import LandlineServer

PROTOCOL = Path(__file__).parents[3] / "docs" / "protocol.md"


@pytest.mark.usefixtures("connection")
def test_the_script_of_the_protocol_reads_sends_and_follows(server: LandlineServer) -> None:
    [script] = re.findall(r"```python\n(.*?)```", PROTOCOL.read_text(), re.DOTALL)
    channel = channel_make(User.objects.create_user("scripter", password=PASSWORD))
    conversation = conversation_make(channel, contact=attendee_make(channel, "Ana"))
    message_make(conversation)
    recount(conversation)
    connections.close_all()
    done = subprocess.run(
        [sys.executable, "-c", script, f"http://127.0.0.1:{server.port}", "scripter", PASSWORD],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Ana: 1 unread\noutbound pending: Hello from a script\n"
