"""How notices, messages and attempts may change: the tables walked, printed, and the only place where states change."""

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from commitments.storage import reading, writing
from notifications.channels import Outcome
from notifications.models import MESSAGE_STATES, NOTICE_STATES, OUTCOMES, Attempt, Message, Notice
from notifications.outbox.transitions import ATTEMPT, MESSAGE, NEW, NOTICE, UNDER_WAY, ForbiddenTransition, Transitions
from tests.conftest import Scene
from tests.notifications.test_delivery import DUE, Scripted
from tests.transitions import MACHINES, allow_other_transitions

ROOT = Path(__file__).parents[2]
STATES = {"notice": NOTICE_STATES, "message": MESSAGE_STATES, "attempt": (UNDER_WAY, *OUTCOMES)}
STEPS = [(machine, state, event) for machine in MACHINES for state in STATES[machine.table.__tablename__]
         for event in machine.events]  # fmt: skip


def name(machine: Transitions) -> str:
    return machine.table.__tablename__


@pytest.fixture
def rows(quick: Scene) -> Scene:
    """One notice in one message with one attempt."""
    quick.add(due_on=DUE)
    quick.run(Scripted(Outcome("ok")))
    allow_other_transitions(quick.engine)
    return quick


def test_every_event_happens_in_its_states_only(rows: Scene) -> None:
    for machine, state, event in STEPS:
        if not machine.possible(event):
            continue  # it makes a row
        with writing(rows.engine) as session:
            session.execute(update(machine.table).values({machine.column: None if state == UNDER_WAY else state}))
            session.execute(machine.change(event))
            found = session.scalar(select(func.coalesce(getattr(machine.table, machine.column), UNDER_WAY)))
        possible = state in machine.possible(event)
        assert found == (machine.after(state, event) if possible else state), (name(machine), state, event)


@pytest.mark.parametrize(("machine", "state", "event"), STEPS, ids=lambda value: str(value).replace(" ", "-")[:20])
def test_what_is_not_in_the_table_is_an_error(machine: Transitions, state: str, event: str) -> None:
    if state in machine.possible(event):
        assert machine.after(state, event) in STATES[name(machine)]
        return
    with pytest.raises(ForbiddenTransition, match=event):
        machine.after(state, event)


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    ends = {"notice": {"told"}, "message": {"sent", "cancelled"}, "attempt": set(OUTCOMES)}
    for machine in MACHINES:
        rows = list(machine.rows())
        assert {after for _, _, after in rows} == set(STATES[name(machine)])
        assert set(STATES[name(machine)]) - {state for state, _, _ in rows} == ends[name(machine)]


def test_whatever_happens_to_mail_is_in_the_tables(quick: Scene) -> None:
    """The database of every scene refuses what is not; here is the whole of a message's life, end after end."""
    carrier = Scripted(*(Outcome(kind, "550 no") for kind in ("temporary", "unknown", "permanent", "permanent")))
    quick.add(due_on=DUE, support=("各区政府",))
    for _ in range(8):
        quick.run(carrier)
        quick.now += timedelta(hours=1)
    quick.run_days("2019-06-28", "2019-07-03")
    with reading(quick.engine) as session:
        assert set(session.scalars(select(Attempt.outcome))) == set(OUTCOMES)
        assert set(session.scalars(select(Message.state))) <= {"sent", "dead"}


def test_a_change_that_no_event_explains_is_refused_in_every_scene(quick: Scene) -> None:
    quick.add(due_on=DUE)
    quick.run(Scripted(Outcome("ok")))
    with pytest.raises(IntegrityError, match="no event of a notice"), quick.engine.begin() as connection:
        connection.execute(update(Notice).values(state="owed"))


def printed() -> str:
    """Return the tables as docs/design.md prints them: one line for each event."""
    lines = ["| of a | event | in state | then |", "|---|---|---|---|"]
    lines += [
        f"| {name(machine)} | {event} | {', '.join(states)} | {after} |"
        for machine in (NOTICE, MESSAGE, ATTEMPT)
        for event, (states, after) in machine.events.items()
    ]
    return "\n".join(lines)


def test_the_design_prints_the_tables() -> None:
    assert printed() in (ROOT / "docs" / "design.md").read_text(encoding="utf-8")


def spelled(tree: ast.AST) -> Iterator[ast.expr]:
    """Yield what is written as a state: ``.values(state=…)``, ``{"state": …}``, ``row.state = …``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "values":
            yield from (word.value for word in node.keywords if word.arg in ("state", "outcome"))
        elif isinstance(node, ast.Dict):
            named = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in named if isinstance(key, ast.Constant) and key.value == "state")
        elif isinstance(node, ast.Assign):
            named_so = any(isinstance(each, ast.Attribute) and each.attr == "state" for each in node.targets)
            yield from [node.value] * named_so


def test_no_other_module_names_a_next_state() -> None:
    for file in (ROOT / "notifications").rglob("*.py"):
        for written in spelled(ast.parse(file.read_text(encoding="utf-8"))):
            assert not any(isinstance(part, ast.Constant) and part.value in (*NOTICE_STATES, *MESSAGE_STATES)
                           for part in ast.walk(written)), f"{file.name}:{written.lineno}"  # fmt: skip


def test_a_message_under_way_cannot_be_cancelled() -> None:
    with pytest.raises(ForbiddenTransition, match="cancel while sending"):
        MESSAGE.after("sending", "cancel")
    assert NOTICE.after(NEW, "plan") == "held"
