"""The suite can fail: mutants of the program, each in a copy of its own, each caught by the test named here."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_COPIED = shutil.ignore_patterns(".*", "__pycache__", "docs", "benchmarks", "*.egg-info", "build")
FAILED = 1  # pytest's exit code when tests ran and some failed


@dataclass(frozen=True)
class Mutant:
    """What is made wrong, where, and the test that notices."""

    name: str
    file: str
    right: str
    wrong: str
    caught_by: str


MUTANTS = (
    Mutant(
        "mark sent before sending", "notifications/outbox/attempts.py",
        "    return {key for key, _ in started}\n",
        "    keys = {key for key, _ in started}\n"
        '    _finish_accepted(session, lease, dict.fromkeys(keys, ""), lease.now)\n'
        "    return keys\n",
        "faults/test_kills.py::test_row_03_killed_before_the_final_dot",
    ),
    Mutant(
        "random Message-ID", "notifications/mail/compose.py",
        '    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:40]\n',
        "    import secrets\n    return secrets.token_hex(20)\n",
        "tracker/test_keeping.py::test_restoring_holds_what_is_due_and_release_tells_it_with_the_same_ids",
    ),
    Mutant(
        "rendering again on retry", "notifications/outbox/outbox.py",
        "m.mailbox, m.frozen)",
        'm.mailbox, m.frozen.replace(b"Date: ", b"X-Rendered: again\\r\\nDate: "))',
        "faults/test_kills.py::test_row_04_killed_between_250_and_settle",
    ),
    Mutant(
        "recording without repeating until it succeeds", "notifications/outbox/outbox.py",
        "until_done(work, math.inf, _storage_trouble) if ended or in_flight else until_done(work)",
        "work()",
        "faults/test_storage.py::test_row_12_locked_between_250_and_settle",
    ),
    Mutant(
        "deferred BEGIN", "commitments/storage.py",
        '"BEGIN" if reads else "BEGIN IMMEDIATE"', '"BEGIN"',
        "commitments/test_storage.py::test_two_writers_lose_no_update",
    ),
    Mutant(
        "a lease without a token", "notifications/outbox/attempts.py",
        'expanding=True)), Message.token == bindparam("mine"))', 'expanding=True)), bindparam("mine") != "")',
        "faults/test_postgres.py::test_row_08_the_sleepers_late_settle_changes_nothing",
    ),
    Mutant(
        "escalating by the deadline alone", "notifications/plan/schedule.py",
        "    if ready is None or ready > today:\n        return\n",
        "    ready = step.send_on\n",
        "faults/test_late_ledgers.py::test_row_63_nobody_is_accused_before_being_told[nothing]",
    ),
    Mutant(
        "accusing a lead of what another was told", "notifications/plan/told_days.py",
        "Notice.department_id == Commitment.lead_id, present)", "present)",
        "faults/test_late_ledgers.py::test_row_63_nobody_is_accused_before_being_told[a_lead_that_is_corrected]",
    ),
    Mutant(
        "a pass that swallows its exception", "notifications/passes.py",
        "            self.failed.append(Failure(name, trouble, who))\n", "            self.done.append(name)\n",
        "faults/test_failures.py::test_row_61_every_call_of_a_step_fails[claim]",
    ),
    Mutant(
        "an error at the channel that is no trouble", "notifications/channels/smtp.py",
        "        except Exception as trouble:  # nobody can foresee",
        "        except OSError as trouble:  # nobody can foresee",
        "notifications/test_smtp_wire.py::test_whatever_keeps_the_password_from_us_is_the_channels_trouble",
    ),
    Mutant(
        "a quota that is the recipient's fault", "notifications/outbox/refusals.py",
        "    if not _others_went_out(session, key):\n        return spared, True\n",
        "    if not _others_went_out(session, key):\n        return outcome, False\n",
        "faults/test_refusals.py::test_row_62_a_daily_quota_is_used_up"
        "[550 5.7.1 You have exceeded the daily sending limit-RCPT]",
    ),
    Mutant(
        "a session's end that is trouble", "notifications/channels/smtp.py",
        "        if ended and self.carried:\n", "        if ended and not self.carried:\n",
        "faults/test_refusals.py::test_row_62_sessions_end_after_some_messages[MAIL-<cut>-4-1]",
    ),
    Mutant(
        "a calendar without adjusted days", "commitments/calendar/workdays.py",
        "if day in workdays or (day not in holidays and day.weekday() < SATURDAY):",
        "if day not in holidays and day.weekday() < SATURDAY:",
        "commitments/calendar/test_workdays.py",
    ),
    Mutant(
        "text that is no UTF-8 stops the reader", "commitments/storage.py",
        "    dbapi.text_factory = damage.from_bytes\n    for pragma", "    for pragma",
        "tracker/test_damage.py::test_the_history_names_the_entry",
    ),
    Mutant(
        "evidence that is believed unseen", "commitments/evidence.py",
        '.hexdigest() == sha256 else "altered"', '.hexdigest() else "altered"',
        "tracker/web/test_evidence.py::test_a_copy_that_was_altered_is_made_anew",
    ),
    Mutant(
        "tables that nobody holds against the history", "commitments/history/replay.py",
        "        if want != have:\n", "        if want is have and want != have:\n",
        "tracker/test_replay.py::test_differences_are_a_list_in_json",
    ),
    Mutant(
        "a floor of free space that is none", "tracker/web/uploads.py",
        "shutil.disk_usage(app.folder).free - size <", "shutil.disk_usage(app.folder).free - size < 0 *",
        "tracker/web/test_stuck.py::test_below_the_floor_of_free_space_nothing_is_taken",
    ),
)  # fmt: skip


def outcome(place: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test of a copy against that copy."""
    line = [sys.executable, "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", "-m", "", f"tests/{test}"]
    env = {**os.environ, "PYTHONPATH": str(place), "COLUMNS": "200"}
    return subprocess.run(line, cwd=place, env=env, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_control_each_mutant_is_caught(tmp_path: Path, mutant: Mutant) -> None:
    """Negative control: the test passes on a faithful copy and fails on the mutant."""
    place = tmp_path / "copy"
    shutil.copytree(ROOT, place, ignore=NOT_COPIED)
    faithful = outcome(place, mutant.caught_by)
    assert faithful.returncode == 0, faithful.stdout[-3000:]
    if "passed" not in faithful.stdout.splitlines()[-1]:
        pytest.skip("the test that catches it needs PostgreSQL")
    source = (place / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.right) == 1, "the program has changed; so must the mutant"
    (place / mutant.file).write_text(source.replace(mutant.right, mutant.wrong), encoding="utf-8")
    caught = outcome(place, mutant.caught_by)
    assert caught.returncode == FAILED, caught.stdout[-3000:]
    assert "failed" in caught.stdout.splitlines()[-1], "a test failed, not the copy"
