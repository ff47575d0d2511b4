"""Several lines at work side by side, one message on each; the books are kept by the calling thread alone."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic

from notifications.channels import ChannelDown, Line, Outcome, Parcel

Ended = tuple[int, Outcome]  # a message's id and how its transmission ended
TurnOver = Callable[[Sequence[Ended], Sequence[int], Sequence[int]], set[int]]
TOGETHER = 0.002  # seconds
RENEW = 30.0  # seconds after which the leases of what flies are renewed


def transmit(
    parcels: Iterable[tuple[int, Parcel]], lines: list[Line], turn_over: TurnOver, stop: Callable[[], bool]
) -> None:
    """Send parcels over the open lines until all are out, ``stop`` says so, or a line breaks.

    ``turn_over(ended, next_ids, flying_ids)`` records what has ended, renews the leases of what has been flying for
    long and says which of the next may go out. After a break nothing more is begun, what flies is awaited, and
    ``lines`` is empty. Raises ChannelDown when the relay is in trouble.
    """
    waiting, flying = deque(parcels), dict[Future[Outcome], tuple[int, Line]]()
    ended: list[Ended] = []
    broken: list[Outcome] = []
    renewed = monotonic()
    with ThreadPoolExecutor(len(lines)) as pool:
        while True:
            busy = [line for _, line in flying.values()]
            moved = ended or not flying  # a turn that only renews is no sign of life, so ``stop`` is not asked
            free = [] if broken or not moved or stop() else [line for line in lines if line not in busy]
            going = [waiting.popleft() for _ in free if waiting]
            old = [key for key, _ in flying.values()] if monotonic() - renewed > RENEW else []
            renewed = monotonic() if old else renewed
            begun = turn_over(ended, [key for key, _ in going], old)
            flying |= {
                pool.submit(line.send, parcel): (key, line)
                for line, (key, parcel) in zip(free, going, strict=False)
                if key in begun
            }
            if not flying:
                break
            ended = _landed(flying)
            broken += [outcome for _, outcome in ended if outcome.relay or outcome.kind == "unknown"]
    _judge(broken, lines)


def _landed(flying: dict[Future[Outcome], tuple[int, Line]]) -> list[Ended]:
    """Wait until a transmission ends, or it is time to renew; take all that have ended out of ``flying``.

    Those that end at nearly the same time are settled together: a commit costs more than so short a wait.
    """
    if wait(flying, timeout=RENEW, return_when=FIRST_COMPLETED).done:
        wait(flying, timeout=TOGETHER)
    done = [future for future in flying if future.done()]
    return [(flying.pop(future)[0], _result(future)) for future in done]


def _result(future: Future[Outcome]) -> Outcome:
    """Whatever went wrong on one line, the outcomes of the others are kept; its own is not known."""
    try:
        return future.result()
    except Exception as trouble:  # noqa: BLE001 - a channel should not raise, but mail must not be doubled if it does
        return Outcome("unknown", f"{type(trouble).__name__}: {trouble}")


def _judge(broken: Sequence[Outcome], lines: list[Line]) -> None:
    """After a break hang up everywhere: the state of a broken line is not known."""
    if not broken:
        return
    while lines:
        lines.pop().close()
    relay = [outcome.answer for outcome in broken if outcome.relay]
    if relay:
        raise ChannelDown(relay[0])
