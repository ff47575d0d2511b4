"""One monthly digest a month and unit, however the day of telling is changed and whenever somebody looks."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from commitments import storage
from commitments.calendar.months import shifted
from notifications.models import Digest
from tests.notifications.test_digests import Ledger
from tests.thorough import examples

FIRST, DAYS = date(2019, 7, 1), 260
TICKS = st.lists(st.tuples(st.integers(0, DAYS), st.sampled_from([1, 2, 10, 20, 25])), min_size=1, max_size=14)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TICKS)
def test_each_month_has_one_digest_whatever_the_day_is_set_to(
    tmp_path_factory: pytest.TempPathFactory, ticks: list[tuple[int, int]]
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    ledger.add("2019-06-27 10:00")
    for n, day in sorted(ticks):
        ledger.plan(f"{FIRST + timedelta(days=n)} 09:00", day)
    ledger.plan(f"{FIRST + timedelta(days=DAYS)} 09:00")
    with storage.reading(ledger.engine) as session:
        rows = session.scalars(select(Digest).order_by(Digest.period)).all()
    months = [row.period for row in rows]
    assert months == [shifted("2019-06", n) for n in range(len(months))]
    assert months[-1] == "2020-02"
    numbers = [row.number for row in rows if row.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    ledger.engine.dispose()
