"""Templates of the operator's that fail, hang or grow (row 33)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from commitments.storage import reading
from notifications.mail import render_process
from notifications.mail.render_process import SubprocessRenderer
from notifications.models import Alert
from notifications.remarks import words
from tests.conftest import Scene
from tests.faults.test_hostile import plain
from tests.notifications.test_delivery import DUE, Scripted

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GROWING = "{% set ns = namespace(t='x' * 9999999) %}{% for a in range(99999) %}{% set ns.t = ns.t ~ ns.t %}{% endfor %}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ 1 // 0 }}", "zero"),
        ("{{ nobody_knows_this }}", "nobody_knows_this"),
        (LOOP, "took more than"),
        ("{{ ('x' * 99999999) * 99 }}", "notices"),
        (GROWING, ""),
    ],
    ids=["error", "undefined", "endless", "huge", "growing"],
)  # fmt: skip
def test_row_33_a_template_that_fails(quick: Scene, monkeypatch: pytest.MonkeyPatch, source: str, reason: str) -> None:
    """Row 33: a template error, an undefined name, an endless loop in an operator's template: ours goes out; alert."""
    monkeypatch.setattr(render_process, "MAX_SECONDS", 2.0)
    folder = quick.folder / "templates" / "zh-Hans" / "notices"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text(source)
    quick.context = replace(quick.context, renderer=SubprocessRenderer(quick.folder / "templates"))
    quick.add(due_on=DUE, support=("各区政府",))
    carrier = Scripted()
    assert quick.run(carrier).sent == 2
    assert all("2019-1007-01" in plain(outgoing.data) for outgoing in carrier.sent)
    with reading(quick.engine) as session:
        assert reason in words("en", session.scalars(select(Alert)).one().text)
    (folder / "body.txt").write_text("改好了：{{ worst.ref }}")
    quick.add(title="另一项", due_on=DUE)
    quick.day("2019-06-28")
    quick.run(carrier)
    assert "改好了：2019-1007-02" in plain(carrier.sent[-1].data)
