"""What people put into names, titles and files (rows 34 and 35): literal and harmless wherever it comes out."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from commitments import evidence
from commitments.errors import BadText
from commitments.models import Commitment
from commitments.storage import writing
from notifications.models import Message
from tests.conftest import Scene
from tests.faults.daemon_harness import DaemonHarness
from tests.faults.relay import Relay
from tests.notifications.test_delivery import DUE, Scripted
from tests.notifications.test_mime import ANY_TEXT, NAMES
from tracker.cli.output import clean

MakeHarness = Callable[..., DaemonHarness]


def plain(data: bytes) -> str:
    body = message_from_bytes(data, policy=policy.default).get_body(("plain",))
    return str(body.get_content()) if body else ""


# -- row 34 ----------------------------------------------------------------------------------------------------


HOSTILE = ANY_TEXT | st.sampled_from([
    "{{7*7}}", "{% for x in range(9) %}x{% endfor %}", "<script>alert(1)</script>", "javascript:alert(1)",
    '"><img src=x onerror=alert(1)>', "\u202egnp.exe", "a\0b", "\x1b]0;x\x07\x1b[2J", "=cmd|' /C calc'!A0",
])  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(title=HOSTILE, note=HOSTILE, name=HOSTILE)
def test_row_34_any_text_in_any_field(quick: Scene, title: str, note: str, name: str) -> None:
    """Row 34: `{{7*7}}`, HTML, bidi, NUL, CR/LF in any field: literal and harmless; header names unique and known."""
    quick.context = replace(quick.context, name=name.encode("utf-8", "replace").decode() or "办公室")
    try:
        quick.add(title=title, quote=note, due_on=DUE)
    except (BadText, UnicodeEncodeError):
        return  # refused at the door: no database can hold it
    carrier = Scripted()
    quick.by_hand(update(Message).values(state="cancelled"))  # the departments have had no mail today
    quick.run(carrier)
    for outgoing in carrier.sent:
        harmless(outgoing.data)


def harmless(data: bytes) -> None:
    """No header but ours, each once; no markup but ours; nothing a terminal would obey."""
    parsed = message_from_bytes(data, policy=policy.default)
    assert len(set(parsed.keys())) == len(parsed.keys())
    assert set(parsed) <= set(NAMES)
    html = parsed.get_body(("html",))
    assert html is not None
    page = str(html.get_content()).lower()
    assert "<script" not in page
    assert "<img" not in page
    assert "49</" not in page
    assert not set(plain(data)) & {"\x1b", "\0", "\x07", "\u202e", "\u2066"}


@given(ANY_TEXT)
def test_row_34_nothing_reaches_the_terminal_as_a_command(value: str) -> None:
    """Row 34: any field printed: no control characters, no bidi overrides, no lone surrogates."""
    shown = clean(value)
    shown.encode()
    assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


# -- row 35 ----------------------------------------------------------------------------------------------------


def test_row_35_formulas_are_text_in_exports(harness: MakeHarness, relay: Relay) -> None:
    """Row 35: formula text in exports: text cells."""
    here = harness(1)
    with writing(here.engine) as session:
        session.execute(update(Commitment).values(title='=HYPERLINK("http://a.example")', section="@SUM(A1)"))
    for arguments in (["list", "--csv"], ["ledger", "dump", "--format", "csv"]):
        said = here.command(*arguments)
        assert said.returncode == 0, said.stderr
        cells = [cell for row in csv.reader(io.StringIO(said.stdout.lstrip("\ufeff"))) for cell in row]
        assert any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@pytest.mark.parametrize("name", ["../../escaped.txt", "长" * 80 + ".txt", "con", "-rf", "a\nb.txt"])
def test_row_35_evidence_stays_in_its_store(tmp_path: Path, name: str) -> None:
    """Row 35: path traversal, links, 300-character names in evidence: stored by hash, nothing outside the store."""
    place = tmp_path / "a" / "b"
    place.mkdir(parents=True)
    source = (place / name).resolve()
    source.write_text("证明")
    store = tmp_path / "store"
    proof = evidence.take(store, str(place / name))
    assert [file.name for file in store.iterdir()] == [proof.sha256]
    assert "/" not in proof.name


def test_row_35_a_link_in_the_store_is_not_followed(tmp_path: Path) -> None:
    """Row 35: links in evidence: what a link points to is kept as content; a link in the store overwrites nothing."""
    victim, store, link = tmp_path / "victim", tmp_path / "store", tmp_path / "link.txt"
    victim.write_text("原文")
    link.symlink_to(victim)
    proof = evidence.take(store, str(link))
    kept = store / str(proof.sha256)
    assert kept.read_text() == "原文"
    assert not kept.is_symlink()
    assert victim.read_text() == "原文"
