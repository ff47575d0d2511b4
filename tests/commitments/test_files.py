"""A process with bounds answers as a call does; a hostile workbook costs a sentence and not the program."""

import subprocess
import sys
import zipfile
from io import BytesIO

import openpyxl
import pytest

from commitments.errors import Mistake, Refused
from commitments.exchange import table_read, xlsx_read
from commitments.files import confined
from commitments.files.confined import BeyondBounds


def test_a_call_answers_as_a_call_here() -> None:
    assert confined.call("operator:mul", "甲", 3) == "甲甲甲"


def test_an_error_is_raised_here_with_its_facts() -> None:
    with pytest.raises(Refused, match="x cannot be read"):
        confined.call("commitments.letters.files.reader:read_file", b"PK\x03\x04", "x")
    with pytest.raises(ZeroDivisionError):
        confined.call("operator:floordiv", 1, 0)


@pytest.mark.parametrize(("function", "arguments"), [("operator:mul", (b"x", 2**30)), ("operator:pow", (7, 10**9))])
def test_what_takes_too_much_has_no_answer(function: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(BeyondBounds):
        confined.call(function, *arguments, seconds=1)


HEADINGS = ("文号", "事项", "主办")


def workbook(body: str = "") -> bytes:
    """Return a workbook of one row; with a ``body``, its sheet is that instead."""
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    book.active.append(("甲", "乙", "丙"))
    stream, changed = BytesIO(), BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            hostile = body and name == "xl/worksheets/sheet1.xml"
            new.writestr(name, body if hostile else old.read(name))
    return changed.getvalue()


def test_openpyxl_is_loaded_in_the_process_with_bounds_only() -> None:
    script = "import sys, tracker.app, tracker.cli.root, commitments.exchange.load; print('openpyxl' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"


def test_a_workbook_is_read() -> None:
    cells = xlsx_read.read(workbook())
    table = table_read.read(iter(cells.rows), 10, cells.name, cells.merges)
    assert [row.values for row in table.rows] == [{"letter": "甲", "title": "乙", "lead": "丙"}]


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


@pytest.mark.parametrize(
    ("around", "piece"),
    [("<sheetData><row>{}</row></sheetData>", "<row/><c/>"), ("<mergeCells>{}</mergeCells>", '<mergeCell ref="A1"/>')],
    ids=["rows in a row", "merges"],
)
def test_a_workbook_that_fills_the_memory_is_one_sentence(
    around: str, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx_read, "MEMORY", 1 << 28)
    assert xlsx_read.read(workbook()).rows
    data = workbook(SHEET.format(around.format(piece * 2 * 10**6)))
    with pytest.raises(Mistake, match="could not be read within") as refused:
        xlsx_read.read(data)
    assert "没有读完" in refused.value.message("zh-Hans")
