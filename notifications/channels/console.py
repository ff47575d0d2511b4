"""Channel ``console``: the readable part of each message on a stream, for trying things out."""

import sys
from email import message_from_bytes, policy
from typing import TextIO

from notifications.channels import Outcome, OutgoingMessage
from notifications.remarks import remark


class ConsoleChannel:
    """Prints to ``stream``, standard output unless given."""

    name = "console"
    max_connections = 1
    per_minute = 0

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream

    def open(self) -> "ConsoleChannel":
        """A stream is always open."""
        return self

    def send(self, message: OutgoingMessage) -> Outcome:
        """Print receiver, subject and text."""
        mail = message_from_bytes(message.data, policy=policy.default)
        body = mail.get_body(("plain",))
        text = body.get_content() if body else ""
        stream = self.stream or sys.stdout
        print(f"To: {message.mailbox}\nSubject: {mail['Subject']}\n\n{text}\n{'-' * 72}", file=stream, flush=True)
        return Outcome("ok", remark("printed"))

    def close(self) -> None:
        """Leave the stream open; it is not ours."""
