"""The daemon: ticks, maintenance, heartbeat, a clean stop. APScheduler ticks; the database decides what is due.

Signals are blocked before any thread starts and awaited by the main thread, because stopping a scheduler inside a
handler can deadlock. The main thread also watches, on the monotonic clock, that passes finish; when they do not it ends
the process, so that the service manager starts it anew.

Longer than most files: what runs beside what is seen in one place.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.exc import DBAPIError

from commitments.errors import DatabaseGone, DatabaseMissing, Error, EvidenceDamaged, StorageTrouble
from commitments.register import responses
from commitments.storage import file_identity, reading, writing
from notifications import alerts, passes
from notifications.models import Alert, Worker
from notifications.outbox import workers
from notifications.passes import Failure, Report, Steps
from notifications.remarks import remark
from tracker.ops import backup, status, upgrade
from tracker.ops.alert_hooks import AlertHooks

if TYPE_CHECKING:
    from tracker.app import App
    from tracker.web.server import Server

SIGNALS = (signal.SIGTERM, signal.SIGINT)
HEARTBEAT_SECONDS = 15
HOOKS_SECONDS = 60
WATCH_SECONDS = 5.0
MAINTENANCE_SECONDS = 3600
FORMS_KEPT = timedelta(days=90)  # longer than any page lies open in a browser
CLOCK_STEP = 5.0  # seconds by which the clock and the monotonic clock may part
LONGEST_STEP = 1800.0  # seconds between two signs of life; the longest transmission takes 900
STUCK, GONE = 70, 1
log = logging.getLogger("yinuo.daemon")


class SkipMissedIntervalTrigger(IntervalTrigger):  # type: ignore[misc] # APScheduler has no types
    """Ticks that were missed are one tick: counting those of a clock set ahead by years takes minutes."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next time that lies ahead of ``now``."""
        following: datetime = super().get_next_fire_time(previous_fire_time, now)
        missed = previous_fire_time is not None and following <= now
        return now + timedelta(seconds=self.interval_length) if missed else following


class Daemon:
    """One process that does passes until it is told to stop."""

    def __init__(self, app: "App", *, serve: bool = False) -> None:
        self.app = app
        self.serve = serve
        self.stopping = threading.Event()
        self.finished_at = time.monotonic()
        self.passed_at = 0.0
        self.started_at = app.clock()
        self.ledger: tuple[int, int] | None = None
        self.gone = False
        self.unrecorded: dict[str, dict[str, Alert]] = {}  # alerts the database could not take, by job and key
        self.hooks = AlertHooks(app.config.daemon.alert_command, app.config.daemon.ping_url, app.config.language)

    def run(self) -> int:
        """Run until SIGTERM or SIGINT; return the exit code.

        Raises DatabaseHeld when another daemon runs, DatabaseMissing, DatabaseUnusable.
        """
        self._check_there()
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        with self.app.sending():
            self._prepare()
            self.ledger = file_identity(self.app.database)
            self.heartbeat()
            scheduler = self._scheduler()
            scheduler.start()
            pages = self._pages()
            sd_notify("READY=1")
            log.info("daemon started, a pass every %s s", self.app.config.daemon.tick_seconds)
            code = self._watch(scheduler)
            sd_notify("STOPPING=1")
            if code:
                os._exit(code)  # a stuck thread cannot be joined
            if pages:
                pages.close()
            scheduler.shutdown(wait=True)
            self._sign_off()
        return code

    def _check_there(self) -> None:
        """Never begin an empty ledger: it would hide what was lost. Raises DatabaseMissing."""
        if self.app.database is not None and not self.app.database.exists():
            log.critical(backup.newest_said(self.app))
            raise DatabaseMissing(path=self.app.database)

    def _prepare(self) -> None:
        """Make the ledger ready; who finds it damaged is told which copy is the newest."""
        try:
            for line in upgrade.prepare(self.app):
                log.info(line)
        except StorageTrouble:
            log.critical(backup.newest_said(self.app))
            raise

    def _pages(self) -> "Server | None":
        """Serve the pages beside the ticks, if asked to. That they cannot be served stops no reminder."""
        if not self.serve:
            return None
        from tracker.web.server import Server

        try:
            server = Server(self.app)
        except Error as trouble:
            log.error("pages not served: %s", trouble)
            return None
        server.start()
        log.info("serving pages at %s", self.app.config.web.base_url)
        return server

    def _scheduler(self) -> BackgroundScheduler:
        """Interval ticks that never pile up and are never too late; the first ones run at once."""
        scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        now = self.app.clock()
        for work, seconds in (
            (self.tick, self.app.config.daemon.tick_seconds),
            (self.heartbeat, HEARTBEAT_SECONDS),
            (self.run_hooks, HOOKS_SECONDS),
            (self.maintain, MAINTENANCE_SECONDS),
        ):
            trigger = SkipMissedIntervalTrigger(seconds=seconds, timezone="UTC")
            scheduler.add_job(self._guarded(work), trigger, id=work.__name__, next_run_time=now)
        return scheduler

    def _guarded(self, work: Callable[[], object]) -> Callable[[], None]:
        """What goes wrong in one tick is logged, and the next tick tries again."""

        def tick() -> None:
            try:
                self._check_same_ledger()
                work()
            except DatabaseGone as trouble:
                log.critical("%s %s", trouble, backup.newest_said(self.app))
                self._report(work.__name__, [Failure(work.__name__, trouble)])
                self.gone = True
            except Exception as trouble:  # noqa: BLE001 - the next tick tries again, and a person knows of this one
                self._log(work.__name__, trouble)
                self._report(work.__name__, [Failure(work.__name__, trouble)])
            else:
                self._recovered(work.__name__)

        return tick

    def _log(self, work: str, trouble: Exception) -> None:
        """Log what went wrong: one sentence, or a traceback where nobody foresaw it."""
        if isinstance(trouble, StorageTrouble):
            log.error("%s: %s %s", work, trouble, backup.newest_said(self.app))
        elif isinstance(trouble, Error | DBAPIError | OSError):
            log.error("%s: %s", work, trouble)
        else:
            log.error("%s failed", work, exc_info=trouble)

    def _report(self, work: str, failures: Sequence[Failure]) -> None:
        """Report what the database could not take: each cause once, until the job succeeds again."""
        known = self.unrecorded.setdefault(work, {})
        for failure in failures:
            self.hooks.report([known.setdefault(failure.key, failure.alert(self.app.clock()))])

    def _recovered(self, work: str) -> None:
        self.unrecorded.pop(work, None)

    def tick(self) -> Report:
        """Do one pass, unless there is nothing to do; stop between messages when told to.

        What keeps it from beginning is an alert too, as is what the pass itself finds wrong.
        """
        steps = Steps()
        try:
            with steps.step("settings"):
                self._reload()
            report = self._pass(steps)
        except Exception as trouble:
            steps.failed.append(Failure("begin", trouble))
            if passes.conclude(self.app.engine, steps, self.app.clock()):
                log.error("tick: %s", trouble)
                return Report(steps=steps)
            raise
        finally:
            self.finished_at = time.monotonic()
        self._finish(report)
        return report

    def _reload(self) -> None:
        """Read calendar and keys again; where they cannot be read, those of before stay. Raises Error, OSError."""
        self.app = self.app.fresh()
        self.app.config.password()

    def _pass(self, steps: Steps) -> Report:
        if not steps.failed and self.app.idle():
            return Report(steps=steps)
        return self.app.run_once(self._should_stop, steps)

    def _finish(self, report: Report) -> None:
        """Log what a pass did; one that failed somewhere is not a finished one."""
        if report.recorded:
            self._recovered("pass")
        else:
            self._report("pass", report.steps.failed)
        if not report.steps.failed:
            self.passed_at = time.monotonic()
        if report.planned or report.outcomes:
            log.info("planned %d, %s", report.planned, dict(report.outcomes))

    def _check_same_ledger(self) -> None:
        """Refuse to write into a file that has lost its name: it would be lost. Raises DatabaseGone."""
        if file_identity(self.app.database) != self.ledger:
            raise DatabaseGone(path=self.app.database)

    def _should_stop(self) -> bool:
        """Answer the pass, which asks before each message: that it asks shows that it moves."""
        self.finished_at = time.monotonic()
        return self.stopping.is_set()

    def heartbeat(self) -> None:
        """Record in the database that this daemon is alive."""
        with writing(self.app.engine) as session:
            workers.beat(session, self._worker(), self.app.clock())

    def run_hooks(self) -> None:
        """Report new alerts; ping as long as passes finish and nothing keeps mail from going out."""
        with reading(self.app.engine) as session:
            standing = alerts.standing(session)
        self.hooks.report(standing)  # nothing is locked while the operator's command runs
        late = time.monotonic() - self.passed_at >= HOOKS_SECONDS + 2 * self.app.config.daemon.tick_seconds
        if not late and not self.unrecorded and not status.stoppages(self.app):
            self.hooks.ping()

    def maintain(self) -> None:
        """Back up once a day, verified; forget daemons that were killed, and forms of long ago."""
        with writing(self.app.engine) as session:
            for worker in workers.forget(session, self.app.clock()):
                log.warning("daemon %s is gone without having signed off", worker)
            responses.forget(session, self.app.clock() - FORMS_KEPT)
        self._back_up()

    def _back_up(self) -> None:
        """An alert about evidence stands until a day on which a copy was made and all of it was in order."""
        over = ["backup"]
        try:
            over += ["evidence"] if backup.nightly(self.app) else []
        except EvidenceDamaged as trouble:
            self._alert("evidence", trouble)
        except Exception as trouble:
            self._alert("backup", trouble)
            raise
        with writing(self.app.engine) as session:
            for key in over:
                alerts.clear(session, key, self.app.clock())

    def _alert(self, key: str, trouble: Exception) -> None:
        """Raise an alert that is called as its remark."""
        with writing(self.app.engine) as session:
            alerts.raise_(session, key, remark(key, trouble=trouble), self.app.clock())

    def _watch(self, scheduler: BackgroundScheduler) -> int:
        """Wait for a signal; meanwhile see that passes finish and the clock runs on. Return the exit code."""
        offset = self._clock_offset()
        while True:
            if abs(self._clock_offset() - offset) > CLOCK_STEP:
                log.warning("the system clock was set by %+.0f s; rescheduling", self._clock_offset() - offset)
                offset = self._clock_offset()
                self._reschedule(scheduler)
            caught = signal.sigtimedwait(SIGNALS, WATCH_SECONDS)
            if caught is not None and caught.si_signo in SIGNALS:  # after SIGCONT CPython returns rubbish, not None
                log.info("stopping; the current transmission is finished first")
                self.stopping.set()
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)  # a second signal ends us at once
                return 0
            if time.monotonic() - self.finished_at > LONGEST_STEP + self.app.config.daemon.tick_seconds:
                log.critical("no pass has finished for %d s; exiting, to be restarted", LONGEST_STEP)
                return STUCK
            if self.gone:
                return GONE
            sd_notify("WATCHDOG=1")

    def _clock_offset(self) -> float:
        """Return by how many seconds the clock is ahead of the monotonic one; it changes when the clock is set."""
        return self.app.clock().timestamp() - time.monotonic()

    def _reschedule(self, scheduler: BackgroundScheduler) -> None:
        """Tick now: set back, the clock would let every job wait for as long."""
        for job in scheduler.get_jobs():
            job.modify(next_run_time=self.app.clock())

    def _worker(self) -> Worker:
        return Worker(
            id=self.app.worker,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self.started_at,
            heartbeat_at=self.app.clock(),
        )

    def _sign_off(self) -> None:
        with writing(self.app.engine) as session:
            workers.sign_off(session, self.app.worker, self.app.clock())


def sd_notify(state: str) -> None:
    """Report a state to systemd, if it started us."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    path = "\0" + address[1:] if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto(state.encode(), path)
