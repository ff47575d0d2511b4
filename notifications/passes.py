"""Passes that fail: an alert for each cause, once; a count; and the end of it when the same step works again.

Whatever goes wrong in one step of a pass, the other steps are done: what can go out goes out. A pass is never mute.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from traceback import walk_tb

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from commitments.damage import error_at, visible
from commitments.errors import Error, Mistake, Problem
from commitments.i18n import word
from commitments.storage import writing
from notifications import alerts
from notifications.models import WAITING, Alert, Instance, Message
from notifications.remarks import remark, worded

PROGRAM = Path(__file__).parents[1]  # the program's own packages lie here
MAX_CHARACTERS = 500  # characters of an error's words
OLD_STEPS = {"run_hooks": "call_out", "maintain": "keep_house"}  # as they stand in alerts of older ledgers
log = logging.getLogger("yinuo.delivery")


@dataclass(frozen=True)
class Failure:
    """What went wrong in a step of a pass."""

    step: str
    trouble: Exception
    who: str = ""  # whose part of the step it was, where the parts of others were done
    more: int = 0  # others whose part failed for the same cause

    @property
    def key(self) -> str:
        """The alert's key: the same for the same cause, whatever the words."""
        return f"pass/{self.step}/{cause(self.trouble)}"

    @property
    def text(self) -> str:
        """The remark for the operator."""
        whose = {name: fact for name, fact in (("who", self.who), ("more", self.more)) if fact}
        name = ("pass_fails", "pass_fails_for", "pass_fails_for_some")[len(whose)]
        step = Problem(lambda locale: word(locale, "step", self.step))
        trouble = Problem(lambda locale: said(self.trouble).message(locale).rstrip(".。"))
        return remark(name, step=step, trouble=trouble, **whose)

    def alert(self, now: datetime) -> Alert:
        """Return the alert of this failure, for when the database cannot take it."""
        return Alert(key=self.key, text=self.text, at=now)


@dataclass
class Steps:
    """The steps of a pass: which worked, which failed."""

    done: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, who: str = "") -> Iterator[None]:
        """Do a step, or the part of one that is somebody's; what goes wrong in it is kept and stops nothing else."""
        try:
            yield
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it must not be mute
            self.failed.append(Failure(name, trouble, who))
        else:
            self.done.append(name)


@dataclass
class Report:
    """What a pass did, for a person: counts, and why nothing went out if nothing did."""

    planned: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    silent_because: str = ""
    trouble: str = ""
    steps: Steps = field(default_factory=Steps)
    recorded: bool = True  # how it ended stands in the database

    @property
    def sent(self) -> int:
        """Return how many messages were accepted."""
        return self.outcomes["sent"]


def cause(trouble: Exception) -> str:
    """Name a cause by the kind of error and the function of ours in which it arose."""
    walked = [frame.f_code for frame, _ in walk_tb(trouble.__traceback__)]
    ours = [code for code in walked if PROGRAM in Path(code.co_filename).parents]
    place = f"{Path(ours[-1].co_filename).stem}.{ours[-1].co_name}" if ours else "?"
    return f"{type(trouble).__name__}@{place}"


def said(trouble: Exception) -> Problem:
    """Return an error's words in one line; our own errors speak each language."""
    refused = getattr(trouble, "orig", trouble)  # what SQLAlchemy wraps when a value cannot be written
    if isinstance(refused, UnicodeEncodeError):
        return said(error_at(refused.object))
    if isinstance(trouble, Error):
        return Problem(lambda locale: visible(trouble.message(locale, "cli")))
    if isinstance(trouble, Mistake):
        return Problem(lambda locale: visible(trouble.message(locale)))
    words = visible(" ".join(str(trouble).split())[:MAX_CHARACTERS])
    return Problem(lambda _: f"{type(trouble).__name__}: {words}" if words else type(trouble).__name__)


def conclude(engine: Engine, steps: Steps, now: datetime) -> bool:
    """Record how a pass ended, in a transaction of its own; False when not even that is possible."""
    try:
        with writing(engine) as session:
            new = _record(session, steps, now)
    except Exception as trouble:  # noqa: BLE001 - the caller tells it by other ways
        log.error("that a pass failed could not be recorded: %s", said(trouble))
        return False
    for failure in steps.failed:
        trace = failure.trouble if failure.key in new else None  # the same traceback each tick would fill the disk
        log.error("%s", worded(failure.text), exc_info=trace)
    return True


def _record(session: Session, steps: Steps, now: datetime) -> set[str]:
    """Write the end of a pass; return the keys of alerts that are new."""
    instance = session.get_one(Instance, 1)
    standing = {alert.key for alert in alerts.standing(session)}
    for failure in steps.failed:
        alerts.raise_(session, failure.key, failure.text, now)
    for step in set(steps.done) - {failure.step for failure in steps.failed}:
        if step == "send" and _tried_in_vain(session):
            continue
        names = tuple(f"pass/{name}/" for name in (step, OLD_STEPS.get(step, step)))
        for key in (key for key in standing if key.startswith(names)):
            alerts.clear(session, key, now)
    if steps.failed:
        instance.failed_passes += 1
    else:
        instance.passed_at, instance.failed_passes = now, 0
    return {failure.key for failure in steps.failed} - standing


def _tried_in_vain(session: Session) -> bool:
    """Say whether a message waits that was tried: that the others go out does not end what was wrong with it."""
    tried = select(Message.id).where(Message.state.in_(WAITING), Message.attempts > 0)
    return session.scalars(tried.limit(1)).first() is not None
