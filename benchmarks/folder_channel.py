"""Figures of the folder channel: reminders planned, frozen, written and settled, against the same files bare."""

import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from shutil import copytree, rmtree

from sqlalchemy import select

from benchmarks import seeds
from benchmarks.figures import Figure
from benchmarks.sizes import Sizes
from benchmarks.timing import least, stopwatch
from commitments.models import Commitment
from commitments.storage import writing
from notifications.plan.planner import decline

DUE_ON = seeds.TODAY + timedelta(days=30)  # the first rung is today


def folder_channel(sizes: Sizes, folder: Path) -> Iterator[Figure]:
    """One reminder to each department, against the bare files, once more with the folder fsynced after each."""
    home, copy = folder / "folder-channel", folder / "folder-channel-copy"
    _seed(home, sizes.messages)
    ours, bare, synced = least(
        sizes.rounds,
        lambda: _tell(home, copy, sizes.messages),
        partial(_write_bare, copy / "outbox", sync_folder=False),
        partial(_write_bare, copy / "outbox", sync_folder=True),
    )
    what = f"{sizes.messages:,} reminders to the folder channel / the same files"
    yield Figure(what=f"{what}, fsynced", ours=ours, floor=bare, goal=8)
    yield Figure(what=f"{what}, fsynced, and the folder too", ours=ours, floor=synced, goal=8)


def _seed(home: Path, messages: int) -> None:
    """Make a ledger in which every row is due, each with a department of its own; nothing but reminders is owed."""
    seed = seeds.Seed(rows=messages, due=messages, due_on=lambda _: DUE_ON, departments=messages)
    app = seeds.ledger(home, seed, lambda: seeds.NOW)
    with writing(app.engine) as session:
        refs = session.scalars(select(Commitment.ref)).all()
        decline(session, app.context(), refs, seeds.NOW - timedelta(days=1))
    app.engine.dispose()


def _tell(home: Path, copy: Path, messages: int) -> float:
    """Do one whole pass on a copy of the ledger; return its seconds, having seen that all went out."""
    rmtree(copy, ignore_errors=True)
    copytree(home, copy)
    app = seeds.opened(copy, lambda: seeds.NOW)
    with app.sending():
        taken = stopwatch(app.run_once)
    app.engine.dispose()
    written = len(list((copy / "outbox").glob("*-reminder-*.eml")))
    if written != messages:
        raise AssertionError(f"{written} messages, not {messages}")
    return taken


def _write_bare(outbox: Path, *, sync_folder: bool) -> float:
    """Write what lies in the outbox to a new folder, as durably as asked for; return the seconds."""
    contents = {file.name: file.read_bytes() for file in outbox.glob("*.eml")}
    target = outbox.with_name("bare")
    target.mkdir()
    taken = stopwatch(lambda: _write_all(target, contents, sync_folder=sync_folder))
    rmtree(target)
    return taken


def _write_all(folder: Path, contents: Mapping[str, bytes], *, sync_folder: bool) -> None:
    for name, data in contents.items():
        _write(folder, name, data, sync_folder=sync_folder)


def _write(folder: Path, name: str, data: bytes, *, sync_folder: bool) -> None:
    partial_file = folder / f".{name}.part"
    with partial_file.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial_file.rename(folder / name)
    if sync_folder:
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
