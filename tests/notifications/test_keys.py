"""Keys and receivers print as the database keeps them, and parse back."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from commitments.storage import reading
from commitments.validation import is_department
from notifications.keys import ORGANISATION, Addressee, NoticeKey
from notifications.models import Notice
from tests.conftest import Scene

names = st.text(min_size=1, max_size=20).filter(is_department)
mailboxes = st.from_regex(r"[a-z0-9/.+-]{1,20}@[a-z]{1,10}\.example", fullmatch=True) | st.just(ORGANISATION)
months = st.dates(date(1000, 1, 1)).map(lambda day: f"{day:%Y-%m}")
weeks = st.dates(date(1000, 1, 1), date(9998, 1, 1)).map(lambda day: f"{day:%G-W%V}")
addressees = st.one_of(
    st.builds(Addressee, st.just("department"), names),
    st.builds(Addressee, st.just("escalation"), mailboxes),
    st.builds(Addressee, st.sampled_from(["digest", "copy"]), names, months),
    st.builds(Addressee, st.just("status"), period=weeks),
    st.just(Addressee(ORGANISATION)),
)
keys = st.builds(
    NoticeKey,
    kind=st.sampled_from(["assignment", "reminder", "review", "escalation", "done", "closed", "digest", "status"]),
    generation=st.integers(1, 10**6),
    subject=names,
    step=st.sampled_from(["", "-30d", "0wd", "+15wd+3m", "2019-10"]),
    day=st.none() | st.dates(),
    name=names | st.just(ORGANISATION),
    role=st.sampled_from(["lead", "support", "escalation", "unit", "copy", ORGANISATION]),
)


@given(addressees)
def test_an_addressee_parses_as_it_prints(addressee: Addressee) -> None:
    assert Addressee.parse(str(addressee)) == addressee


@given(keys)
def test_a_key_parses_as_it_prints(key: NoticeKey) -> None:
    assert NoticeKey.parse(str(key)) == key


@pytest.mark.parametrize(
    ("addressee", "text", "thread"),
    [
        (Addressee("department", "市民政局"), "市民政局", "市民政局"),
        (Addressee("escalation", "boss@gz.example"), "boss@gz.example/escalation", "boss@gz.example/escalation"),
        (Addressee("organisation"), "organisation", "organisation"),
        (Addressee("digest", "市台联", "2019-07"), "市台联/digest/2019-07", "市台联"),
        (Addressee("copy", "市台联", "2019-07"), "organisation/市台联/digest/2019-07", "organisation/市台联"),
        (Addressee("status", period="2019-W41"), "organisation/status/2019-W41", "organisation/status/2019-W41"),
    ],
)
def test_the_spelling_of_addressees_never_changes(addressee: Addressee, text: str, thread: str) -> None:
    """A change would give every message another Message-ID or another thread."""
    assert (str(addressee), addressee.thread) == (text, thread)


def test_the_spelling_of_keys_never_changes() -> None:
    """A change would tell everybody everything again."""
    told = NoticeKey(
        kind="reminder", subject="2019-1007-03", step="+6wd", day=date(2019, 12, 31), name="市民政局", role="lead"
    )
    assert str(told) == "reminder/1|2019-1007-03|+6wd|2019-12-31|市民政局|lead|mail"
    assert str(NoticeKey(kind="status", subject="2019-W41", name=ORGANISATION, role=ORGANISATION)) == (
        "status/1|2019-W41|||organisation|organisation|mail"
    )


@pytest.mark.parametrize("text", ["", "reminder", "reminder/1", "reminder/x|a|||b|lead|mail", "a/1|b||31.12.|c|d|mail"])
def test_other_text_is_no_key(text: str) -> None:
    assert NoticeKey.parse(text) is None


def test_whatever_months_of_mail_leave_behind_parses_as_it_prints(quick: Scene) -> None:
    quick.day("2019-06-28")
    quick.add(due_on=date(2019, 9, 30), support=("各区政府",))
    quick.add(title="第二项", review_on=date(2019, 8, 1), lead="市委政法委")
    quick.run_days("2019-06-28", "2019-10-31")
    with reading(quick.engine) as session:
        found = session.execute(select(Notice.key, Notice.addressee, Notice.kind, Notice.due_on)).all()
    assert {kind for _, _, kind, _ in found} == {"assignment", "reminder", "review", "escalation", "monthly_digest"}
    for text, addressee, _, due_on in found:
        key = NoticeKey.parse(text)
        assert key is not None
        assert (str(key), key.day) == (text, due_on)
        assert str(Addressee.parse(addressee)) == addressee
