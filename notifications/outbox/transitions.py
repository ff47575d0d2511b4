"""How notices, messages and attempts may change: by event, the states in which it may happen and the state after it.

Every change of state goes by these tables; docs/design.md prints them. A message that could not be stored whole is
deleted in the transaction that stored it, which is no event.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import SQLColumnExpression, Update, func, update

from notifications.models import UNSENT, WAITING, Attempt, Message, Notice

NEW = "new"  # not a row yet
UNDER_WAY = "under way"  # an attempt that has no outcome yet


class ForbiddenTransition(ValueError):
    """An event that may not happen in this state: a mistake of the program."""


@dataclass(frozen=True)
class Transitions:
    """The events of one table. ``state`` is what its rows are judged by, ``column`` where the next state is written."""

    table: type[Notice] | type[Message] | type[Attempt]
    column: str
    state: SQLColumnExpression[Any]
    events: Mapping[str, tuple[tuple[str, ...], str]]

    def after(self, state: str, event: str) -> str:
        """Return the state after an event. Raises ForbiddenTransition."""
        states, following = self.events[event]
        if state not in states:
            raise ForbiddenTransition(f"{self.table.__tablename__}: {event} while {state}")
        return following

    def possible(self, event: str) -> tuple[str, ...]:
        """Return the states of rows to which an event may happen."""
        return tuple(state for state in self.events[event][0] if state != NEW)

    def change(self, event: str, *, indexed: bool = True) -> Update:
        """Return an UPDATE of the rows to which an event may happen now; the caller says which of them.

        Where ids say which, ``indexed`` must be False: SQLite would look for them among all of that state.
        """
        state = self.state if indexed else func.coalesce(self.state, "")
        first, *others = self.possible(event)
        now = state.in_((first, *others)) if others else state == first
        return update(self.table).where(now).values({self.column: self.events[event][1]})

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Yield every allowed change: state, event, state after it."""
        for event, (states, following) in self.events.items():
            yield from ((state, event, following) for state in states)


_OBSOLETE = ("cancelled", "superseded")  # owed anew when it holds again
NOTICE = Transitions(
    Notice,
    "state",
    Notice.state,
    {
        "plan": ((NEW, *_OBSOLETE), "held"),  # until the guard has looked; a digest until it is approved
        "owe": ((NEW, *_OBSOLETE), "owed"),
        "decline": ((NEW, *_OBSOLETE), "cancelled"),
        "hold": (("owed",), "held"),
        "release": (("held",), "owed"),
        "supersede": (UNSENT, "superseded"),
        "cancel": (UNSENT, "cancelled"),
        "store": (("owed",), "in_message"),
        "take out": (("in_message",), "owed"),
        "accept": (("in_message",), "told"),
        "give up": (("in_message",), "dead"),
        "retry": (("dead",), "in_message"),
        "cancel message": (("in_message",), "cancelled"),
    },
)
MESSAGE = Transitions(
    Message,
    "state",
    Message.state,
    {
        "store": ((NEW,), "frozen"),
        "start": (WAITING, "sending"),
        "accept": (("sending",), "sent"),
        "refuse": (("sending",), "retry"),
        "lose": (("sending",), "unknown"),
        "give up": (("sending",), "dead"),
        "retry": (("dead",), "retry"),
        "discard": (("frozen", "retry"), "cancelled"),
        "cancel": (WAITING, "cancelled"),
    },
)
ATTEMPT = Transitions(
    Attempt,
    "outcome",
    func.coalesce(Attempt.outcome, UNDER_WAY),
    {
        "start": ((NEW,), UNDER_WAY),
        "ok": ((UNDER_WAY,), "ok"),
        "temporary": ((UNDER_WAY,), "temporary"),
        "permanent": ((UNDER_WAY,), "permanent"),
        "unknown": ((UNDER_WAY,), "unknown"),
    },
)
