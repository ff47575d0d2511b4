"""How often a link or an address may be asked for: a window of a minute for each key, in memory, bounded."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

MAX_KEYS = 10_000
WINDOW_SECONDS = 60.0


class Limiter:
    """Allows ``per_minute`` requests a key in a fixed window of 60 s."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self.per_minute = per_minute
        self.clock = clock
        self.windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.lock = threading.Lock()

    def allows(self, key: str) -> bool:
        """Count a request; say whether it is within the limit."""
        with self.lock:
            return self._count(key, self.clock()) <= self.per_minute

    def _count(self, key: str, now: float) -> int:
        start, count = self.windows.pop(key, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, count = now, 0
        self.windows[key] = (start, count + 1)
        while len(self.windows) > MAX_KEYS:  # the least recently seen go first
            self.windows.popitem(last=False)
        return count + 1
