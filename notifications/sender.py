"""Sending what waits: claim, compose, store, transmit, record, claim after claim.

No transaction is open while the network is: each method of the outbox is a whole one. At most one message per open
connection is in doubt at any moment.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from commitments.errors import StorageTrouble
from notifications.channels import ChannelDown, Connection, Outcome
from notifications.connections import Ended, Outgoing, transmit
from notifications.context import Context
from notifications.mail.composer import Composed, Composer, hold_uncomposable
from notifications.outbox.claims import Lease
from notifications.outbox.outbox import Claimed, Outbox
from notifications.passes import Report, said
from notifications.remarks import worded

MESSAGES_PER_STORE = 24  # messages composed before they are stored, while others are in flight


@dataclass
class _Leased:
    """What one lease holds by now, by ids: messages for another try, notices, messages stored from these."""

    lease: Lease
    allowed: int
    again: list[int] = field(default_factory=list)
    notices: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)


class Sender:
    """Sends over the connections of one channel, for the length of one pass."""

    def __init__(
        self, context: Context, clock: Callable[[], datetime], stop: Callable[[], bool], report: Report
    ) -> None:
        self.context = context
        self.clock = clock
        self.stop = stop
        self.report = report
        self.outbox = Outbox(context, clock)
        self.connections: list[Connection] = []
        self.refusing: list[Outcome] = []  # answers that make the channel rest

    def run(self) -> None:
        """Send what waits, claim after claim, until nothing is left to do now."""
        try:
            while not self.stop() and self._send_some():
                pass
        except ChannelDown as trouble:
            self.report.trouble = worded(trouble.why)
            self.outbox.rest(trouble)
        finally:
            for connection in self.connections:
                connection.close()

    def _send_some(self) -> bool:
        """Claim, compose, store and send; False when that moved nothing, so that a pass always ends."""
        leased = _Leased(*self.outbox.open_lease())
        if not leased.allowed:  # a carrier is not called for nothing
            return False
        self._connect(1)
        try:
            claimed = self._claim(leased)
            self._connect(len(claimed.again) + len(claimed.notices))
            transmit(self._outgoing(leased, claimed), self.connections, partial(self._record, leased), self._stopped)
            self._raise_refusal()
        finally:
            self.outbox.release(leased.lease, [*leased.again, *leased.stored], leased.notices)
        return bool(leased.again or leased.stored)

    def _stopped(self) -> bool:
        return bool(self.refusing) or self.stop()

    # -- connections -------------------------------------------------------------------------------------------

    def _connect(self, wanted: int) -> None:
        """Open connections: the first before anything is stored, since a dead carrier stores nothing; one is enough."""
        while len(self.connections) < min(self.context.channel.max_connections, wanted):
            try:
                self.connections.append(self._connection())
            except ChannelDown:
                if not self.connections:
                    raise
                return

    def _connection(self) -> Connection:
        """Open a connection; whatever goes wrong, the channel is down and not the pass. Raises ChannelDown."""
        try:
            return self.context.channel.open()
        except ChannelDown:
            raise
        except Exception as trouble:
            raise ChannelDown(said(trouble)) from trouble

    # -- what goes out -----------------------------------------------------------------------------------------

    def _claim(self, leased: _Leased) -> Claimed:
        claimed = self.outbox.claim(leased.lease, leased.allowed)
        leased.again += claimed.again
        leased.notices += claimed.notices
        return claimed

    def _outgoing(self, leased: _Leased, claimed: Claimed) -> Iterator[list[Outgoing]]:
        """Yield what goes out, a few at a time: the next is claimed while what came before is in flight."""
        while claimed.again or claimed.notices:
            if claimed.again:
                yield self._retries(claimed)
            for stored in self._composed(claimed):
                leased.stored += [key for key, _ in stored]
                yield stored
            if self.context.channel.per_minute:  # what is in hand does not yet count against the pace
                return
            claimed = self._claim(leased)

    def _retries(self, claimed: Claimed) -> list[Outgoing]:
        """Return the messages for another try; what is no longer true is discarded, what is damaged suspended."""
        now, retries = claimed.lease.now, self.outbox.retries(claimed.again)
        contents = Composer(self.context, self.outbox.read).contents(retries.batches, now)
        stale = {key for key, content in contents.items() if content != retries.contents[key]}
        self.outbox.discard(stale, set(claimed.again) - retries.messages.keys(), now)
        return [(key, message) for key, message in retries.messages.items() if key not in stale]

    def _composed(self, claimed: Claimed) -> Iterator[list[Outgoing]]:
        """Compose notices, yielding nothing after each so that the connections are served, then a stored set."""
        batches, composer = self.outbox.batches(claimed.notices), Composer(self.context, self.outbox.read)
        for start in range(0, len(batches), MESSAGES_PER_STORE):
            some = batches[start : start + MESSAGES_PER_STORE]
            composer.read(batches[start:], some, self.clock())
            composed, now = [], self.clock()
            for batch in some:
                composed.append(composer.compose(batch, now))
                yield []
            yield self._store(claimed.lease, composed, now)

    def _store(self, lease: Lease, composed: Sequence[Composed], now: datetime) -> list[Outgoing]:
        """Store what was composed. What cannot be stored is held; the others go on."""
        try:
            return self.outbox.store(lease, composed, now)
        except StorageTrouble:
            raise
        except Exception:
            if len(composed) == 1:
                raise
            return [outgoing for each in composed for outgoing in self._store_apart(lease, each, now)]

    def _store_apart(self, lease: Lease, composed: Composed, now: datetime) -> list[Outgoing]:
        try:
            return self.outbox.store(lease, [composed], now)
        except Exception as trouble:  # noqa: BLE001 - held with its name
            hold_uncomposable(composed.batch, trouble)
            return self.outbox.store(lease, [Composed(composed.batch)], now)

    # -- how it ended ------------------------------------------------------------------------------------------

    def _record(
        self, leased: _Leased, ended: Sequence[Ended], starting: Sequence[int], in_flight: Sequence[int]
    ) -> set[int]:
        """Record what has ended and start what comes next; return what may go out."""
        try:
            recorded = self.outbox.finish_and_start(leased.lease, ended, starting, in_flight)
        except Exception:
            if len(ended) > 1:
                self._record_apart(leased, ended)
            raise
        self.refusing += recorded.refusing
        self.report.outcomes.update(recorded.states)
        return recorded.started

    def _record_apart(self, leased: _Leased, ended: Sequence[Ended]) -> None:
        """Record each outcome by itself, so that one that cannot be recorded takes no other with it."""
        for one in ended:
            with suppress(Exception):  # the trouble with the whole of them is raised
                self._record(leased, [one], (), ())

    def _raise_refusal(self) -> None:
        """Raise ChannelDown when the relay has had enough of us."""
        if self.refusing:
            longest = max((each.rest for each in self.refusing if each.rest), default=None)
            raise ChannelDown(self.refusing[0].answer, longest)
