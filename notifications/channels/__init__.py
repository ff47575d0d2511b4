"""Carriers of messages, one small file each. A carrier opens connections; each transmits one message at a time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from notifications.remarks import worded


@dataclass(frozen=True)
class Outcome:
    """How a transmission ended.

    ``kind`` is ``ok``, ``temporary``, ``permanent`` or ``unknown`` (the carrier may have accepted it). ``relay`` marks
    trouble with the relay or our login, which counts against no message and breaks the connection. ``refuses_us``
    marks a refusal whose words are about quota, frequency, filters or us, not about this recipient. ``rest`` is how
    long the channel should rest then, None for the usual back-off. ``answer`` is what the carrier said, or a remark.
    """

    kind: str
    answer: str = ""
    relay: bool = False
    refuses_us: bool = False
    rest: timedelta | None = None


@dataclass(frozen=True)
class OutgoingMessage:
    """A message's bytes and where they go. ``name`` is its own among files: day, kind, part of its id."""

    message_id: str
    name: str
    sender: str
    mailbox: str
    data: bytes


class ChannelDown(Exception):
    """The carrier cannot be used now: ``why``, and ``rest`` for how long if known. Nothing was transmitted."""

    def __init__(self, why: str, rest: timedelta | None = None) -> None:
        """Take the carrier's words, or a remark."""
        super().__init__(worded(why))
        self.why, self.rest = why, rest


class Connection(Protocol):
    """An open connection. ``send`` never raises for what the carrier answers."""

    def send(self, message: OutgoingMessage) -> Outcome:
        """Transmit one message."""

    def close(self) -> None:
        """Hang up; whatever the carrier answers now is of no interest."""


class Channel(Protocol):
    """A carrier. ``name`` stands in messages, ``max_connections`` is how many may be open at once."""

    name: str
    max_connections: int
    per_minute: int

    def open(self) -> Connection:
        """Connect and log in. Raises ChannelDown."""
