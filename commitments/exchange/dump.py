"""Writing the ledger, or one letter of it, as TOML, CSV or JSON that ``ledger.load`` understands."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import tomli_w
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from commitments.damage import visible
from commitments.exchange.cell_guard import SIGNS, guarded, guarded_sign
from commitments.exchange.fields import COMMITMENT, DEPARTMENT, LETTER, stated
from commitments.models import Commitment, Department, Letter
from commitments.validation import check_word

CSV_COLUMNS = [key for key in COMMITMENT if key != "target"]
Tables = dict[str, list[dict[str, Any]]]


def dump(session: Session, *, letter: Letter | None, form: str) -> str:
    """Return the ledger of one letter, or of all, as ``toml``, ``csv`` or ``json``, sorted by ref.

    It says what was promised, not what was done or answered since; a copy of the database carries that too. What is no
    UTF-8 stands there as a sign.
    CSV text is to be written in ``utf-8-sig``; it holds neither targets nor letters and departments.
    Raises BadValue for another form.
    """
    check_word("form", form, list(_FORMS))
    return visible(_FORMS[form](_tables(session, letter)))


def _tables(session: Session, letter: Letter | None) -> Tables:
    """Departments stand in the order in which they were entered, so that supporting units keep theirs."""
    eager = [
        selectinload(name) for name in (Commitment.lead, Commitment.support, Commitment.letter, Commitment.targets)
    ]
    query = select(Commitment).order_by(Commitment.ref).options(*eager)
    departments = session.scalars(select(Department).order_by(Department.id)).all()
    if letter is None:
        letters = session.scalars(select(Letter).order_by(Letter.name)).all()
        commitments = session.scalars(query).all()
    else:
        letters = [letter]
        commitments = session.scalars(query.where(Commitment.letter_id == letter.id)).all()
        units = _units(letter, commitments)
        departments = [department for department in departments if department in units]
    return {
        "letter": [_letter(each) for each in letters],
        "department": [stated(each, DEPARTMENT) for each in departments],
        "commitment": [stated(each, COMMITMENT) for each in commitments],
    }


def _letter(letter: Letter) -> dict[str, Any]:
    """A name goes without saying where it is the document number."""
    return {
        key: value
        for key, value in stated(letter, LETTER).items()
        if not (key == "name" and value == letter.document_number) and not (key == "co_units" and not value)
    }


def _units(letter: Letter, commitments: Sequence[Commitment]) -> set[Department | None]:
    owners = (owner for each in commitments for owner in (each.lead, *each.support))
    return {letter.proposing_unit, letter.replying_unit, *owners}


def _toml(tables: Tables) -> str:
    """A table says only what is known: TOML has no empty date."""
    known: dict[str, Any] = {name: [_known(row) for row in rows] for name, rows in tables.items() if rows}
    if len(tables["letter"]) == 1:
        known["letter"] = known["letter"][0]
    return tomli_w.dumps(known)


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    targets = [{key: _short(value) for key, value in target.items()} for target in row.get("target", [])]
    facts = {key: value for key, value in row.items() if value not in (None, {}) and key != "target"}
    return {**facts, "target": targets} if targets else facts


def _short(value: object) -> object:
    """Write 10 rather than 10.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _json(tables: Tables) -> str:
    plural = {f"{name}s": rows for name, rows in tables.items()}
    return json.dumps({"schema": 1, **plural}, ensure_ascii=False, indent=2, default=date.isoformat) + "\n"


def _csv(tables: Tables) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for row in tables["commitment"]:
        writer.writerow([_guard(column)(_cell(row[column])) for column in CSV_COLUMNS])
    return stream.getvalue()


def _guard(column: str) -> Callable[[str], str]:
    return guarded_sign if column in SIGNS else guarded


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "；".join(value)
    if isinstance(value, dict):
        return "；".join(f"{name}：{basis}" for name, basis in value.items())
    return "" if value is None else str(value)


_FORMS: Mapping[str, Callable[[Tables], str]] = {"toml": _toml, "csv": _csv, "json": _json}
