"""Starts the program with faults built in: ``python -m tests.faults.launcher daemon``. The product has no such hook.

``FAULT_DIE=notifications.outbox.attempts:start:after:3`` kills the process with SIGKILL after the third call of that
function (``before`` and methods, ``module:Class.method``, work too); ``FAULT_STOP`` halts it there with SIGSTOP, and
SIGCONT lets it go on. ``FAULT_CLOCK=FILE`` adds the seconds written in FILE to the clock, for the program and for its
scheduler; FILE may be written anew at any time. ``FAULT_LEASE=3`` makes leases last three seconds, and renews them as
much sooner. ``FAULT_PATCH=module:function`` calls that function of a test module first.
"""

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any


def strike_at(spec: str, signum: signal.Signals) -> None:
    """Replace the function a spec names by one that sends us a signal before or after its n-th call."""
    module, path, when, count = [*spec.split(":"), "1"][:4]
    *owners, name = path.split(".")
    place: Any = importlib.import_module(module)
    for owner in owners:
        place = getattr(place, owner)
    original: Callable[..., Any] = getattr(place, name)
    left = int(count)

    def strike() -> None:
        os.kill(os.getpid(), signum)
        time.sleep(0.2)  # SIGSTOP reaches this thread a moment later than the process

    def struck(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        left -= 1
        due = left == 0
        if due and when == "before":
            strike()
        result = original(*arguments, **named)
        if due and when == "after":
            strike()
        return result

    setattr(place, name, struck)


def shift_clock(file: Path) -> None:
    """Let the program and its scheduler live at another time."""
    from apscheduler.schedulers import base
    from apscheduler.triggers import interval

    from tracker.app import App

    def shifted() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text() or 0))

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return shifted().astimezone(tz)

    base.datetime = interval.datetime = Shifted
    App.__init__.__kwdefaults__["clock"] = shifted  # type: ignore[index]


def short_leases(seconds: float) -> None:
    """Let leases end soon, so that nobody waits for them."""
    from notifications import connections
    from notifications.outbox import claims

    connections.RENEW_SECONDS *= seconds / claims.LEASE.total_seconds()
    claims.LEASE = timedelta(seconds=seconds)


def refuse_the_world(event: str, arguments: tuple[Any, ...]) -> None:
    """End at once when the program connects to anything but this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] not in ("127.0.0.1", "::1"):
        os._exit(99)


def stay_awake() -> None:
    """Make every tick a whole pass and look out every second, so that tests need not wait for a minute to pass."""
    from notifications.outbox import idle
    from tracker import daemon

    idle.PASS_SPEAKS_FOR = timedelta()
    daemon.WATCH_SECONDS = 1.0


def main() -> int:
    """Build the faults in, then run the program."""
    sys.addaudithook(refuse_the_world)
    stay_awake()
    env = os.environ
    if env.get("FAULT_CLOCK"):
        shift_clock(Path(env["FAULT_CLOCK"]))
    if env.get("FAULT_LEASE"):
        short_leases(float(env["FAULT_LEASE"]))
    if env.get("FAULT_PATCH"):
        module, function = env["FAULT_PATCH"].split(":")
        getattr(importlib.import_module(module), function)()
    for name, signum in (("FAULT_DIE", signal.SIGKILL), ("FAULT_STOP", signal.SIGSTOP)):
        for spec in filter(None, env.get(name, "").split(",")):
            strike_at(spec, signum)
    from tracker.cli.root import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
