"""The two months pass once; every test of this folder reads what came of them."""

from collections.abc import Iterator

import pytest

from tests.faults.relay import Relay
from tests.journeys.office import TwoMonths
from tests.journeys.story import happenings


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMonths]:
    """An office after two months: 40 items of three letters, a quota day, a day with a wrong password."""
    home = tmp_path_factory.mktemp("two-months")
    proof = home / "验收记录.txt"
    proof.write_text("现场核验符合要求。", encoding="utf-8")
    with Relay() as relay:
        office = TwoMonths(home / "office", relay)
        office.live(happenings(proof))
        yield office
    office.app.engine.dispose()
