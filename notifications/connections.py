"""Several lines at work side by side, one message on each; the books are kept by the calling thread alone."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from time import monotonic

from notifications.channels import ChannelDown, Line, Outcome, Parcel

Ended = tuple[int, Outcome]  # a message's id and how its transmission ended
Parcels = Iterator[Sequence[tuple[int, Parcel]]]
TurnOver = Callable[[Sequence[Ended], Sequence[int], Sequence[int]], set[int]]
TOGETHER = 0.004  # seconds
RENEW = 30.0  # seconds after which the leases of what flies are renewed


def transmit(parcels: Parcels, lines: list[Line], turn_over: TurnOver, stop: Callable[[], bool]) -> None:
    """Send parcels over the open lines until all are out, ``stop`` says so, or a line breaks.

    Parcels come a few at a time, an empty list whenever a little work for the next is done; they are fetched while the
    ones before fly. ``turn_over(ended, next_ids, flying_ids)`` records what has ended, renews the leases of what has
    been flying for long, and says which of the next may go out. After a break nothing more is begun, what flies is
    awaited, and ``lines`` is empty. Raises ChannelDown when the relay is in trouble.
    """
    with ThreadPoolExecutor(len(lines)) as pool:
        flight = _Flight(parcels, lines, turn_over, stop, pool)
        while flight.turn():
            if flight.idle():
                flight.fetch()
            else:
                flight.land()
    if flight.trouble:
        raise flight.trouble
    _judge(flight.broken, lines)


class _Flight:
    """What waits, what flies, what has ended and is not yet in the books."""

    def __init__(
        self, parcels: Parcels, lines: list[Line], turn_over: TurnOver, stop: Callable[[], bool], pool: Executor
    ) -> None:
        self.parcels, self.lines, self.turn_over, self.stop, self.pool = parcels, lines, turn_over, stop, pool
        self.waiting: deque[tuple[int, Parcel]] = deque()
        self.flying: dict[Future[Outcome], tuple[int, Line]] = {}
        self.ended: list[Ended] = []
        self.broken: list[Outcome] = []
        self.trouble: Exception | None = None
        self.more = True  # parcels may come
        self.halted = False  # nothing more is begun
        self.moved = True  # since the last turn
        self.renewed = monotonic()

    def turn(self) -> bool:
        """Settle what has ended, begin what comes next on the lines that are free; False when all is over."""
        free = self._free()
        going = [self.waiting.popleft() for _ in free if self.waiting]
        begun = self._booked([key for key, _ in going])
        self.flying |= {
            self.pool.submit(line.send, parcel): (key, line)
            for line, (key, parcel) in zip(free, going, strict=False)
            if key in begun
        }
        self.ended = []
        return bool(self.flying or (not self.halted and (self.waiting or self.more)))

    def _booked(self, going: Sequence[int]) -> set[int]:
        """Have the books kept; when that fails, what flies is awaited and the trouble raised at the end."""
        books = (self.ended, going, self._old())
        try:
            return self.turn_over(*books) if any(books) else set()
        except Exception as trouble:  # noqa: BLE001 - raised by ``transmit``
            self.trouble, self.halted = self.trouble or trouble, True
            return set()

    def _free(self) -> Sequence[Line]:
        """Return the lines that may take another; a turn that only renews is no sign of life and asks nobody."""
        if not self.moved:
            return []
        self.halted = self.halted or bool(self.broken or self.trouble) or self.stop()
        busy = [line for _, line in self.flying.values()]
        return [] if self.halted else [line for line in self.lines if line not in busy]

    def _old(self) -> Sequence[int]:
        """Return what flies, each time its leases must be renewed."""
        if monotonic() - self.renewed < RENEW:
            return []
        self.renewed = monotonic()
        return [key for key, _ in self.flying.values()]

    def idle(self) -> bool:
        """Say whether to have more composed is all that can be done now."""
        return self._hungry() and not self._can_move()

    def fetch(self) -> None:
        """Have a little more composed. Trouble with it must not lose what flies: it is raised at the end."""
        try:
            step = next(self.parcels, None)
        except Exception as trouble:  # noqa: BLE001 - raised by ``transmit``
            self.trouble, step = trouble, None
        self.more = step is not None
        self.waiting.extend(step or ())
        self.moved = True

    def land(self) -> None:
        """Wait until a transmission ends, a free line can take what waits, or leases must be renewed."""
        wait([] if self._can_move() else self.flying, timeout=RENEW, return_when=FIRST_COMPLETED)
        self._let_others_land()
        done = [future for future in self.flying if future.done()]
        self.moved = bool(done) or self._can_move()
        self.ended = [(self.flying.pop(future)[0], self._result(future)) for future in done]
        self.broken += [outcome for _, outcome in self.ended if outcome.relay or outcome.kind == "unknown"]

    def _result(self, future: Future[Outcome]) -> Outcome:
        """Whatever went wrong on one line, the outcomes of the others are kept; its own is not known."""
        try:
            return future.result()
        except Exception as trouble:  # noqa: BLE001 - a channel should not raise, but mail must not be doubled if it does
            self.trouble = self.trouble or trouble
            return Outcome("unknown", f"{type(trouble).__name__}: {trouble}")

    def _hungry(self) -> bool:
        """Say whether more should be in hand: enough for two rounds of the lines."""
        return self.more and not self.halted and len(self.waiting) < 2 * len(self.lines)

    def _can_move(self) -> bool:
        """Say whether a transmission has ended, or a free line can take what waits."""
        return any(future.done() for future in self.flying) or bool(self.waiting and len(self.flying) < len(self.lines))

    def _let_others_land(self) -> None:
        """What ends at nearly the same time is settled together, since a commit costs more than the wait."""
        until = monotonic() + TOGETHER
        while self._hungry() and monotonic() < until and not all(future.done() for future in self.flying):
            self.fetch()
        wait(self.flying, timeout=until - monotonic())


def _judge(broken: Sequence[Outcome], lines: list[Line]) -> None:
    """After a break hang up everywhere: the state of a broken line is not known."""
    if not broken:
        return
    while lines:
        lines.pop().close()
    relay = [outcome for outcome in broken if outcome.relay]
    if relay:
        raise ChannelDown(relay[0].answer, relay[0].rest)
