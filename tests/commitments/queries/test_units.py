"""Who is meant by a name, and who of a letter there is to choose from."""

import pytest

from commitments.queries import lookup, units
from commitments.register import departments, letters
from commitments.storage import reading
from tests.conftest import Scene

LETTER = "穗民案〔2019〕89号"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("市民政局", "市民政局"), ("市民政局 ", "市民政局"), ("廣州市民政局", "市民政局"), ("民政", None),
        ("财局", "市财政局"), ("市水务局", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_means_one_unit_or_none(scene: Scene, typed: str, name: str | None) -> None:
    scene.do(lambda register: departments.add_department(register, "市财政局", short_names=["财局"]))
    scene.do(lambda register: departments.add_department(register, "甲市水务局"))
    scene.do(lambda register: departments.add_department(register, "乙市水务局"))
    with reading(scene.engine) as session:
        found = units.meant(session, typed)
        assert (found.name if found else None) == name


def test_names_near_what_was_typed(scene: Scene) -> None:
    with reading(scene.engine) as session:
        assert units.near(session, "民政") == ["市民政局"]
        assert units.near(session, "市民政厅") == ["市民政局"]
        assert units.near(session, "水务") == units.near(session, "") == []


def test_the_units_of_a_letter_in_the_order_in_which_they_matter(scene: Scene) -> None:
    def named(register: object) -> None:
        letter = lookup.find_letter(register.session, LETTER)
        letters.edit_letter(register, letter, "补录", co_units=["广州市台联", "市教育局"])

    scene.do(named)
    scene.add(lead="各区政府", support=("市委政法委",))
    scene.add(lead="市民政局", owner_basis="unassigned", ordinal="2")
    with reading(scene.engine) as session:
        found = units.of_letter(session, lookup.find_letter(session, LETTER))
    assert found == ["市民政局", "市台联", "市教育局", "各区政府", "市委政法委"]
