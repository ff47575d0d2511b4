"""Several connections side by side, one message in flight on each; the calling thread alone records what happens."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass, field
from time import monotonic

from notifications.channels import ChannelDown, Connection, Outcome, OutgoingMessage

Ended = tuple[int, Outcome]  # a message's id and how its transmission ended
Outgoing = tuple[int, OutgoingMessage]
Record = Callable[[Sequence[Ended], Sequence[int], Sequence[int]], set[int]]
TOGETHER_SECONDS = 0.004  # seconds
RENEW_SECONDS = 30.0  # seconds after which the leases of what is in flight are renewed


def transmit(
    outgoing: Iterator[Sequence[Outgoing]], connections: list[Connection], record: Record, stop: Callable[[], bool]
) -> None:
    """Send messages over the open connections until all are out, ``stop`` says so, or a connection breaks.

    Messages come a few at a time, an empty list whenever a little work for the next is done; they are fetched while
    the ones before are in flight. ``record(ended, starting, in_flight)`` records what has ended, renews the leases of
    what has been in flight for long, and says which of the next may go out. After a break nothing more is started,
    what is in flight is awaited, and ``connections`` is empty. Raises ChannelDown when the relay is in trouble.
    """
    with ThreadPoolExecutor(len(connections)) as executor:
        pool = _Pool(outgoing, connections, record, stop, executor)
        while pool.step():
            if pool.wants_more():
                pool.fetch()
            else:
                pool.wait()
    if pool.trouble:
        raise pool.trouble
    _judge(pool.broken, connections)


@dataclass
class _Pool:
    """What waits, what is in flight, what has ended and is not yet recorded."""

    outgoing: Iterator[Sequence[Outgoing]]
    connections: list[Connection]
    record: Record
    stop: Callable[[], bool]
    executor: Executor
    waiting: deque[Outgoing] = field(default_factory=deque)
    in_flight: dict[Future[Outcome], tuple[int, Connection]] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)
    broken: list[Outcome] = field(default_factory=list)
    trouble: Exception | None = None
    more: bool = True  # messages may come
    halted: bool = False  # nothing more is started
    moved: bool = True  # since the last step
    renewed: float = field(default_factory=monotonic)

    def step(self) -> bool:
        """Record what has ended, start what comes next on the connections that are free; False when all is over."""
        free = self._free()
        starting = [self.waiting.popleft() for _ in free if self.waiting]
        started = self._recorded([key for key, _ in starting])
        self.in_flight |= {
            self.executor.submit(connection.send, message): (key, connection)
            for connection, (key, message) in zip(free, starting, strict=False)
            if key in started
        }
        self.ended = []
        return bool(self.in_flight or (not self.halted and (self.waiting or self.more)))

    def _recorded(self, starting: Sequence[int]) -> set[int]:
        """Have all of it recorded; when that fails, what is in flight is awaited and the trouble raised at the end."""
        facts = (self.ended, starting, self._to_renew())
        try:
            return self.record(*facts) if any(facts) else set()
        except Exception as trouble:  # noqa: BLE001 - raised by ``transmit``
            self.trouble, self.halted = self.trouble or trouble, True
            return set()

    def _free(self) -> Sequence[Connection]:
        """Return the connections that may take another; a step that only renews is no sign of life and asks nobody."""
        if not self.moved:
            return []
        self.halted = self.halted or bool(self.broken or self.trouble) or self.stop()
        busy = [connection for _, connection in self.in_flight.values()]
        return [] if self.halted else [each for each in self.connections if each not in busy]

    def _to_renew(self) -> Sequence[int]:
        """Return what is in flight, each time its leases must be renewed."""
        if monotonic() - self.renewed < RENEW_SECONDS:
            return []
        self.renewed = monotonic()
        return [key for key, _ in self.in_flight.values()]

    def wants_more(self) -> bool:
        """Say whether to have more composed is all that can be done now."""
        return self._is_short() and not self._can_move()

    def fetch(self) -> None:
        """Have a little more composed. Trouble with it must not lose what is in flight: it is raised at the end."""
        try:
            step = next(self.outgoing, None)
        except Exception as trouble:  # noqa: BLE001 - raised by ``transmit``
            self.trouble, step = trouble, None
        self.more = step is not None
        self.waiting.extend(step or ())
        self.moved = True

    def wait(self) -> None:
        """Wait until a transmission ends, a free connection can take what waits, or leases must be renewed."""
        wait_for([] if self._can_move() else self.in_flight, timeout=RENEW_SECONDS, return_when=FIRST_COMPLETED)
        self._let_others_end()
        done = [future for future in self.in_flight if future.done()]
        self.moved = bool(done) or self._can_move()
        self.ended = [(self.in_flight.pop(future)[0], self._result(future)) for future in done]
        self.broken += [outcome for _, outcome in self.ended if outcome.relay or outcome.kind == "unknown"]

    def _result(self, future: Future[Outcome]) -> Outcome:
        """Whatever went wrong on one connection, the outcomes of the others are kept; its own is not known."""
        try:
            return future.result()
        except Exception as trouble:  # noqa: BLE001 - a channel should not raise, but mail must not be doubled if it does
            self.trouble = self.trouble or trouble
            return Outcome("unknown", f"{type(trouble).__name__}: {trouble}")

    def _is_short(self) -> bool:
        """Say whether more should be in hand: enough for two rounds of the connections."""
        return self.more and not self.halted and len(self.waiting) < 2 * len(self.connections)

    def _can_move(self) -> bool:
        """Say whether a transmission has ended, or a free connection can take what waits."""
        return any(future.done() for future in self.in_flight) or bool(
            self.waiting and len(self.in_flight) < len(self.connections)
        )

    def _let_others_end(self) -> None:
        """What ends at nearly the same time is recorded together, since a commit costs more than the wait."""
        until = monotonic() + TOGETHER_SECONDS
        while self._is_short() and monotonic() < until and not all(future.done() for future in self.in_flight):
            self.fetch()
        wait_for(self.in_flight, timeout=until - monotonic())


def _judge(broken: Sequence[Outcome], connections: list[Connection]) -> None:
    """After a break hang up everywhere: the state of a broken connection is not known."""
    if not broken:
        return
    while connections:
        connections.pop().close()
    relay = [outcome for outcome in broken if outcome.relay]
    if relay:
        raise ChannelDown(relay[0].answer, relay[0].rest)
