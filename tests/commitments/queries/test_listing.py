"""Lists: what they read exists, and they read no more than they show."""

import subprocess
import sys
from datetime import date

import pytest
from sqlalchemy import TableClause
from sqlalchemy.types import NullType

from commitments.base import Base
from commitments.queries import listing
from commitments.queries.listing import Filter
from commitments.storage import looking
from tests.conftest import Scene


@pytest.mark.parametrize("listed", listing.TABLES, ids=lambda table: table.name)
def test_every_column_read_is_one_of_the_ledger(listed: TableClause) -> None:
    known = Base.metadata.tables[listed.name].columns
    for column in listed.c:
        assert isinstance(column.type, NullType) or isinstance(known[column.name].type, type(column.type))


def test_a_short_page_shows_what_the_whole_page_shows(scene: Scene) -> None:
    scene.add("甲", support=("市委政法委",), ordinal="1", due_on=date(2019, 12, 31))
    scene.add("乙", lead="各区政府", ordinal="2", review_on=date(2019, 9, 30))
    with looking(scene.engine) as connection:
        short, whole = listing.short_page(connection, Filter()), listing.page(connection, Filter())
    fields = ("ref", "lead", "title", *listing.StatusRow._fields)
    assert [tuple(row) for row in short] == [tuple(getattr(row, field) for field in fields) for row in whole]
    assert [row.support for row in whole] == [["市委政法委"], ()]


def test_pages_follow_each_other_by_ref(scene: Scene) -> None:
    refs = [scene.add(f"事项{n}", ordinal=str(n), review_on=date(2019, 9, 30)) for n in range(3)]
    with looking(scene.engine) as connection:
        first = listing.short_page(connection, Filter(), size=2)
        rest = listing.short_page(connection, Filter(), after=first[-1].ref, size=2)
    assert [row.ref for row in (*first, *rest)] == refs


def test_listing_loads_no_mapped_classes() -> None:
    script = (
        "import sys, commitments.queries.listing, tracker.cli.root, tracker.app; print('sqlalchemy.orm' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"
