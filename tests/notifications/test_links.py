import base64
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from notifications.links import DESK, FEED, MAX_TOKEN_CHARACTERS, OWNER, UNIT, Claim, Links

OLD, NEW = "old-key-" * 5, "new-key-" * 5
DAY = date(2019, 8, 1)
LINKS = Links("https://yinuo.example/", [NEW])
PURPOSES = (OWNER, DESK, UNIT, FEED)
URLS = {
    OWNER: LINKS.owner(12, 3, 4071),
    DESK: LINKS.desk(2, DAY),
    UNIT: LINKS.unit(7, 1, "2019-07", DAY),
    FEED: LINKS.feed(12, 3),
}
CLAIMS = {
    OWNER: Claim(OWNER, 12, 3, commitment_id=4071),
    DESK: Claim(DESK, 0, 2, until=date(2019, 9, 5)),
    UNIT: Claim(UNIT, 7, 1, until=date(2019, 10, 10), month="2019-07"),
    FEED: Claim(FEED, 12, 3),
}


def token(url: str) -> str:
    return url.split("/")[4].removesuffix(".ics")


TOKENS = {purpose: token(url) for purpose, url in URLS.items()}


@pytest.mark.parametrize(
    ("purpose", "start", "end"), [(OWNER, "/o/", "/"), (DESK, "/d/", "/"), (UNIT, "/u/", "/"), (FEED, "/f/", ".ics")]
)
def test_where_a_link_leads_and_what_it_says(purpose: str, start: str, end: str) -> None:
    assert URLS[purpose] == f"https://yinuo.example{start}{TOKENS[purpose]}{end}"
    assert LINKS.read(purpose, TOKENS[purpose]) == CLAIMS[purpose]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_opens_one_kind_of_page(purpose: str) -> None:
    assert [each for each in PURPOSES if LINKS.read(each, TOKENS[purpose])] == [purpose]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_one_other_sign_anywhere_voids_it(purpose: str) -> None:
    good = TOKENS[purpose]
    for place, sign in enumerate(good):
        for other in {"A", "B", "_", "."} - {sign}:
            assert LINKS.read(purpose, good[:place] + other + good[place + 1 :]) is None
    for worse in (good[:-1], good[1:], good + "=", good + "A", " " + good, good + "\n", good + good):
        assert LINKS.read(purpose, worse) is None


def test_what_the_last_sign_leaves_open_is_not_read() -> None:
    """The last of 43 signs carries four bits: three more signs would decode to the same signature."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    good = TOKENS[OWNER]
    assert [sign for sign in signs if LINKS.read(OWNER, good[:-1] + sign)] == [good[-1]]


def test_a_new_key_signs_and_the_one_before_is_still_accepted() -> None:
    before, after, later = Links("", [OLD]), Links("", [NEW, OLD]), Links("", [NEW])
    old, new = (each.owner(1, 1, 1).split("/")[2] for each in (before, after))
    assert old != new
    assert after.read(OWNER, old) == after.read(OWNER, new) == Claim(OWNER, 1, 1, commitment_id=1)
    assert later.read(OWNER, new) is not None
    assert later.read(OWNER, old) is None
    assert before.read(OWNER, new) is None


def test_the_same_facts_give_the_same_link() -> None:
    again = Links("https://yinuo.example", [NEW])
    assert again.owner(12, 3, 4071) == URLS[OWNER]
    assert again.unit(7, 1, "2019-07", DAY) == URLS[UNIT]
    assert len({again.owner(*facts) for facts in ((12, 3, 4071), (12, 4, 4071), (13, 3, 4071), (12, 3, 4072))}) == 4


def test_nothing_but_numbers_a_day_and_a_month_is_in_it() -> None:
    said = [json.loads(base64.urlsafe_b64decode(each.partition(".")[0] + "==")) for each in TOKENS.values()]
    assert said == [
        [12, 3, 4071],
        [2, date(2019, 9, 5).toordinal()],
        [7, 1, "2019-07", date(2019, 10, 10).toordinal()],
        [12, 3],
    ]


@given(some.integers(1, 2**63 - 1), some.integers(1, 2**31 - 1), some.integers(1, 2**63 - 1), some.dates(max_value=DAY))
def test_every_link_reads_as_it_was_made(department: int, generation: int, commitment: int, day: date) -> None:
    urls = (
        LINKS.owner(department, generation, commitment),
        LINKS.desk(generation, day),
        LINKS.unit(department, generation, f"{day:%Y-%m}", day),
        LINKS.feed(department, generation),
    )
    owner, desk, unit, feed = (LINKS.read(*each) for each in zip(PURPOSES, map(token, urls), strict=True))
    assert owner == Claim(OWNER, department, generation, commitment_id=commitment)
    assert desk is not None
    assert (desk.generation, desk.until and (desk.until - day).days) == (generation, 35)
    assert unit is not None
    assert (unit.department_id, unit.month, unit.until and (unit.until - day).days) == (department, f"{day:%Y-%m}", 70)
    assert feed == Claim(FEED, department, generation)
    assert all(len(token(url)) < MAX_TOKEN_CHARACTERS / 2 for url in urls)


@given(some.text() | some.from_regex(r"\.?[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{43}", fullmatch=True))
def test_any_text_is_refused_quietly(text: str) -> None:
    assert [LINKS.read(purpose, text) for purpose in PURPOSES] == [None] * 4


@pytest.mark.parametrize(
    "text", ["", ".", "\ud800", "Ａ.Ａ", "a" * (MAX_TOKEN_CHARACTERS + 1), "." * 10**6, "\0", "é.é"]
)
def test_odd_and_endless_text_is_refused_quietly(text: str) -> None:
    assert [LINKS.read(purpose, text) for purpose in PURPOSES] == [None] * 4


def test_a_signed_token_of_another_shape_is_refused() -> None:
    for facts in ((), (1,), ("a", 1, 1), (1, 1, 1, 1)):
        assert LINKS.read(OWNER, token(LINKS._url("o", OWNER, *facts))) is None
