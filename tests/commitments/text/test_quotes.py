"""A quote is the letter's own words, or it is refused; what is restated is a summary."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.errors import NotInLetter
from commitments.models import Commitment, Letter, Source
from commitments.queries import lookup
from commitments.register import editing
from commitments.storage import reading, writing
from commitments.text.quotes import bounds, own_words
from tests.conftest import Scene

TEXT = (
    "三、下一步計劃\n二是創新完善社區治理制度體系，建立社區事務準入制度，制定出臺“村居協助政府工作事項清單”，\n"
    "厘清部門、鎮（街）權責。"
)


@pytest.mark.parametrize(
    ("quote", "own"),
    [
        ("建立社區事務準入制度", "建立社區事務準入制度"),
        ("建立社区事务准入制度", "建立社區事務準入制度"),
        ("建立 社區事務\n準入制度", "建立社區事務準入制度"),
        ('制定出臺"村居協助政府工作事項清單"', "制定出臺“村居協助政府工作事項清單”"),
        ("厘清部門、鎮(街)權責", "厘清部門、鎮（街）權責"),
        ("工作事項清單”，厘清部門", "工作事項清單”，\n厘清部門"),
        ("二是創新完善……準入制度", "二是創新完善……準入制度"),
        ("二是創新完善...權責。", "二是創新完善……權責。"),
        ("建立社區事務准许制度", None),
        ("準入制度……二是創新完善", None),
        ("……", None),
        ("\u200b", None),
    ],
)
def test_the_letters_own_words(quote: str, own: str | None) -> None:
    assert own_words(quote, TEXT) == own


@given(st.text(min_size=1, max_size=200), st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = own_words(text[start:end], text)
    assert found is None or found in text or "……" in found


def kept(scene: Scene, text: str = TEXT) -> None:
    """Store the letter's text."""
    with writing(scene.engine) as session:
        session.add(Source(letter_id=session.query(Letter).one().id, name="1007.txt", text=text))


def test_at_every_door_of_the_register_a_quote_must_be_the_letters(quick: Scene) -> None:
    kept(quick)
    ref = quick.add(quote="建立社区事务准入制度", summary="定下哪些事务可以进社区。")
    assert row(quick, ref).quote == "建立社區事務準入制度"
    with pytest.raises(NotInLetter, match="summary"):
        quick.add(quote="定下哪些事务可以进社区")
    with pytest.raises(NotInLetter):
        quick.do(lambda register: editing.edit(register, ref, "改", quote="定下哪些事务可以进社区"))
    quick.do(lambda register: editing.edit(register, ref, "改", quote="厘清部门、镇(街)权责"))
    assert row(quick, ref).quote == "厘清部門、鎮（街）權責"


def test_without_a_stored_text_a_quote_stays_as_it_was_entered(quick: Scene) -> None:
    ref = quick.add(quote="定下哪些事务可以进社区")
    assert row(quick, ref).quote == "定下哪些事务可以进社区"
    assert "录入原文" in mail(quick)


def test_a_quote_that_was_compared_is_called_the_letters(quick: Scene) -> None:
    kept(quick)
    quick.add(quote="建立社區事務準入制度", summary="定下哪些事务可以进社区。")
    text = mail(quick)
    assert "答复原文" in text
    assert "录入原文" not in text
    assert "答复要点：定下哪些事务可以进社区。" in text


def test_what_supports_no_longer_is_known_from_nothing(quick: Scene) -> None:
    ref = quick.add(support=("各区政府", "市委政法委"), support_basis={"各区政府": "named", "市委政法委": "inferred"})

    def drop(register: Any) -> None:
        editing.edit(register, ref, "分工调整", support=[lookup.find_department(register.session, "各区政府")])

    quick.do(drop)
    assert row(quick, ref).support_basis == {"各区政府": "named"}


def row(scene: Scene, ref: str) -> Commitment:
    with reading(scene.engine) as session:
        return lookup.find(session, ref)


def mail(scene: Scene) -> str:
    """Send today's mail to the lead; return its text."""
    scene.run()
    (file,) = scene.folder.glob("outbox/*.eml")
    body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize(
    ("words", "passage"),
    [
        ("制定出臺…權責", "制定出臺“村居協助政府工作事項清單”，\n厘清部門、鎮（街）權責"),
        ("创新完善...准入", "創新完善社區治理制度體系，建立社區事務準入"),
        ("創新完善…治理制度", None),
        ("建立……制度", "建立社區事務準入制度"),
        ("社區…制度", "社區事務準入制度"),
        ("準入制度，制定", "準入制度，制定"),
        ("三、下一步…準入", "三、下一步計劃\n二是創新完善社區治理制度體系，建立社區事務準入"),
        ("三、下一步…計劃", None),
        ("制度…建立社區的", None),
        ("權責…建立", None),
        ("建立…社區…制度", None),
        ("…制度", None),
        ("", None),
    ],
)
def test_a_passage_is_found_by_its_ends_around_a_place(words: str, passage: str | None) -> None:
    start = TEXT.index("建立")
    found = bounds(words, TEXT, (start, start + 13))
    assert (TEXT[found[0] : found[1]] if found else None) == passage


def test_of_passages_alike_the_nearest_is_meant() -> None:
    text = "建设公厕。" * 2000
    assert bounds("建设…公厕", text, (5000, 5004)) == (5000, 5004)
