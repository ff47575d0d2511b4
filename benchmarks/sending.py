"""Figures of sending: whole passes over SMTP against raw smtplib, by number, by relay, by daemons; a large digest."""

import os
import smtplib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import copytree, rmtree

from sqlalchemy import select, update

from benchmarks import seeds, sink
from benchmarks.figures import Figure
from benchmarks.pass_process import Passed, passes, settings
from benchmarks.sizes import Sizes
from benchmarks.timing import least, stopwatch
from commitments.calendar.months import month_of, shifted
from commitments.history import chain
from commitments.models import Commitment
from commitments.storage import reading, writing
from notifications.models import Digest, Message
from notifications.plan.planner import decline
from tracker import config
from tracker.app import App

DUE_ON = seeds.TODAY + timedelta(days=30)  # the first rung is today
SINKS = {"a sink that only answers": "bare", "aiosmtpd": "aiosmtpd"}


def seed(home: Path, messages: int, rows: int) -> Path:
    """Make a ledger in which each of ``messages`` departments is owed one reminder, among ``rows`` commitments."""
    due = seeds.Seed(rows=rows, due=messages, due_on=lambda _: DUE_ON, departments=messages)
    app = seeds.ledger(home, due, lambda: seeds.NOW)
    with writing(app.engine) as session:
        refs = session.scalars(select(Commitment.ref).where(Commitment.due_on == DUE_ON)).all()
        decline(session, app.context(), refs, seeds.NOW - timedelta(days=1))
    app.engine.dispose()
    return home


@contextmanager
def copied(home: Path) -> Iterator[Path]:
    """Give a copy of a ledger, so that the same pass can be done again."""
    copy = home.with_name(f"{home.name}-copy")
    rmtree(copy, ignore_errors=True)
    copytree(home, copy)
    yield copy
    rmtree(copy)


def sending(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """The share of raw smtplib's rate; what many messages cost; what more connections bring; a digest."""
    home = seed(folder / "sending", sizes.sent, sizes.listed_mid)
    for words, kind in SINKS.items():
        ours, raw = least(2, partial(_pass, home, sizes.sent, kind), partial(_raw, home, kind))
        what = f"whole pass, {sizes.sent:,} messages among {sizes.listed_mid:,}, 8 connections / raw smtplib; {words}"
        yield Figure(what=what, ours=sizes.sent / ours, floor=sizes.sent / raw, goal=0.15, unit="/s", at_least=True)
    yield from _many(sizes, folder, home)
    yield from _slow_relay(sizes, folder)
    yield from _digest(sizes, folder)


def _pass(home: Path, messages: int, kind: str) -> float:
    """Do a pass on one CPU, shared with the sink; return its seconds. Leaves the bytes for ``_raw``."""
    with copied(home) as copy, sink.running(kind=kind, cpu=0) as port:
        (passed,) = passes(copy, port, 8, cpu=0)
        with closing(sqlite3.connect(copy / "yinuo.db")) as database:
            sent = database.execute("SELECT mailbox, frozen FROM message WHERE state = 'sent'").fetchall()
    _check(passed, messages)
    _MAIL[home] = [(mailbox, bytes(frozen)) for mailbox, frozen in sent]
    return passed.seconds


_MAIL: dict[Path, list[tuple[str, bytes]]] = {}


def _check(passed: Passed, messages: int) -> None:
    if passed.sent != messages:
        raise AssertionError(f"{passed.sent} messages, not {messages}")


def _raw(home: Path, kind: str) -> float:
    """Send the same bytes with smtplib over one connection, on the same CPU and sink."""
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {0})
    try:
        with sink.running(kind=kind, cpu=0) as port, smtplib.SMTP("127.0.0.1", port) as client:
            client.ehlo()
            return stopwatch(partial(_say_all, client, _MAIL[home]))
    finally:
        os.sched_setaffinity(0, everywhere)


def _say_all(client: smtplib.SMTP, mails: Sequence[tuple[str, bytes]]) -> None:
    for mailbox, data in mails:
        client.mail("office@yinuo.test")
        client.rcpt(mailbox)
        client.data(data)


def _many(sizes: Sizes, folder: Path, few: Path) -> Iterator[Figure]:
    """The same pass with many more messages: each costs the same, and memory stays where it was."""
    many = seed(folder / "sent-many", sizes.sent_many, sizes.listed_mid)
    with copied(few) as copy, sink.running() as port:
        (small,) = passes(copy, port, 8)
    with sink.running() as port:
        (large,) = passes(many, port, 8)
    _check(large, sizes.sent_many)
    rmtree(many)
    what = f"whole pass, {sizes.sent_many:,} / {sizes.sent:,} messages"
    yield Figure(
        what=f"{what}: time per message", ours=1000 * large.seconds / large.sent,
        floor=1000 * small.seconds / small.sent, goal=1.15, unit="ms",
    )  # fmt: skip
    yield Figure(what=f"{what}: peak memory", ours=large.peak_mb, floor=small.peak_mb, goal=1.15, unit="MiB")
    yield Figure(what=f"{sizes.sent_many:,} messages: peak memory", ours=large.peak_mb, goal=96, unit="MiB")


def _slow_relay(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    home = seed(folder / "slow", sizes.slow, sizes.slow)

    def rate(lines: int) -> float:
        with copied(home) as copy, sink.running(milliseconds=5) as port:
            (passed,) = passes(copy, port, lines)
        _check(passed, sizes.slow)
        return passed.seconds

    eight, one = least(2, lambda: rate(8), lambda: rate(1))
    what = f"{sizes.slow} messages to a relay that answers each command in 5 ms, 8 connections / 1"
    yield Figure(what=what, ours=sizes.slow / eight, floor=sizes.slow / one, goal=6.5, unit="/s", at_least=True)


def _digest(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """A month's digest with every commitment in it: read, rendered, frozen, accepted; against rendering alone."""
    home = folder / "digest"
    app = seeds.ledger(home, seeds.Seed(rows=sizes.digest, departments=1), lambda: seeds.NOW)
    with writing(app.engine) as session:  # the month before last was told; last month is owed
        session.execute(update(Digest).values(period=shifted(month_of(seeds.TODAY), -2)))
        chain.append(session, at=seeds.BEGUN, actor="benchmark", action="load", subject="ledger")
    app.engine.dispose()
    snapshots: list[Digest] = []

    def whole() -> float:
        with copied(home) as copy, sink.running() as port:
            known = config.load(copy / "config.toml", settings(port, 1), copy)
            app = App(known, actor="benchmark", clock=lambda: seeds.NOW)
            app.context()
            taken = stopwatch(app.run_once)
            with reading(app.engine) as session:
                snapshots[:] = session.scalars(select(Digest).order_by(Digest.period.desc()).limit(1)).all()
                if not session.scalars(select(Message).where(Message.kind == "monthly_digest")).all():
                    raise AssertionError("no digest was sent")
            app.engine.dispose()
        return taken

    ours, bare = least(2, whole, lambda: _render(app, snapshots))
    what = f"digests of {sizes.digest:,} rows and the organisation's copies, read to accepted / bare render"
    yield Figure(what=what, ours=ours, floor=bare, goal=2)


def _render(app: App, digests: list[Digest]) -> float:
    """Render each digest twice, for the unit and for the organisation, with warm templates."""
    from notifications.mail.render import Sender

    sender = Sender(
        organisation="市民政局", reply_to="office@yinuo.example", contact="", today=seeds.TODAY, recipient="市台联"
    )
    contexts = [
        {"sender": sender, "digest": d.snapshot, "copy": copy, "link": ""} for d in digests for copy in (False, True)
    ]
    app.renderer.render("monthly_digest", "zh-Hans", contexts[0])
    return stopwatch(lambda: [app.renderer.render("monthly_digest", "zh-Hans", context) for context in contexts])
