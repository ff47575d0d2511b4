"""The door: which links open, which do not, and that nobody can tell why."""

import contextlib
import re
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from commitments.register import closing
from notifications.links import Links
from tests.thorough import examples
from tests.tracker.web.conftest import BASE, REF, Pages, path


def later(pages: Pages, days: int) -> None:
    pages.app.clock = lambda: datetime(2019, 12, 20, 3, tzinfo=UTC) + timedelta(days=days)


def test_a_link_ends_when_its_item_closes(pages: Pages) -> None:
    address = pages.owner()
    pages.do(lambda register: closing.close(register, REF, "not_kept"))
    assert pages.get(address).status_code == 404


def test_the_coordinators_link_ends_after_35_days(pages: Pages) -> None:
    address = pages.coordinator()
    later(pages, 35)
    assert pages.get(address).status_code == 200
    later(pages, 36)
    assert pages.get(address).status_code == 404


def test_a_revoked_department_finds_no_page(pages: Pages) -> None:
    address = pages.owner()
    with pages.app.register() as register:
        department = register.session.get_one(type(pages.department("市民政局")), pages.department("市民政局").id)
        department.link_generation += 1
    assert pages.get(address).status_code == 404


def wrong_links(pages: Pages) -> list[str]:
    good = pages.owner()
    token = good.split("/")[2]
    foreign = Links(BASE, ["another key " * 4])
    department = pages.department("市民政局")
    return [
        f"/o/{token[:-1]}{'A' if token[-1] != 'A' else 'E'}/",
        f"/d/{token}/",
        f"/u/{token}/",
        f"/f/{token}.ics",
        path(foreign.owner(department.id, 1, 1)),
        path(pages.links.owner(department.id, 99, 1)),
        path(pages.links.owner(999, 1, 1)),
        path(pages.links.owner(department.id, 1, 999)),
        path(pages.links.desk(1, pages.app.today - timedelta(days=99))),
        "/o/x/",
        "/o/" + "x" * 5000 + "/",
        "/",
    ]


def test_every_wrong_link_is_answered_alike(pages: Pages) -> None:
    answers = [pages.get(address) for address in wrong_links(pages)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_every_wrong_link_costs_the_same_work(pages: Pages) -> None:
    """In the same time: the same statements run, whatever is wrong."""
    wrong = wrong_links(pages)
    asked: list[list[str]] = []
    event.listen(pages.app.engine, "before_cursor_execute", lambda *call: asked[-1].append(call[2]))
    for address in wrong[:9]:
        asked.append([])
        pages.get(address)
    assert len({tuple(statements) for statements in asked}) == 1
    assert asked[0]


def test_a_new_key_still_takes_links_of_the_one_before(pages: Pages) -> None:
    address = pages.owner()
    old = pages.app._keys
    pages.app.__dict__["links"] = Links(BASE, ["k" * 43, *old])
    assert pages.get(address).status_code == 200
    pages.app.__dict__["links"] = Links(BASE, ["k" * 43])
    assert pages.get(address).status_code == 404


def test_getting_changes_nothing(pages: Pages) -> None:
    """Mail scanners open links, and all that hang on them."""
    before = dump(pages)
    seen: set[str] = set()
    todo = [pages.owner(), pages.coordinator(), pages.feed()]
    while todo and len(seen) < 60:  # months have no end
        address = todo.pop()
        seen.add(address)
        answer = pages.get(address)
        assert answer.status_code == 200, address
        pages.client.head(address)
        found = re.findall(r'href="(/[odu]/[^"#]+)', answer.text)
        todo += [each.replace("&amp;", "&") for each in found if each.replace("&amp;", "&") not in seen]
    assert len(seen) > 20
    assert dump(pages) == before


def dump(pages: Pages) -> list[str]:
    with contextlib.closing(sqlite3.connect(pages.app.config.folder / "yinuo.db")) as connection:
        return list(connection.iterdump())


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 303),
        ({}, 303),
    ],
)
def test_a_form_comes_from_our_own_page(pages: Pages, headers: dict[str, str], code: int) -> None:
    assert pages.send(pages.owner(), "acknowledge", headers=headers).status_code == code


def test_a_refused_form_is_not_told_that_its_link_is_void(pages: Pages) -> None:
    answer = pages.send(pages.owner(), "acknowledge", headers={"Origin": "https://evil.example"})
    assert "链接可能已失效" not in answer.text
    assert "在页面上填写并提交" in answer.text
    assert "链接可能已失效" in pages.get("/nothing").text


def test_every_answer_carries_what_protects_the_reader(pages: Pages) -> None:
    for address in (pages.owner(), pages.coordinator(), "/nothing"):
        headers = pages.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in headers


def test_who_knocks_too_often_waits(pages: Pages) -> None:
    pages.app.config = pages.app.config.model_copy(
        update={"web": pages.app.config.web.model_copy(update={"per_minute": 5})}
    )
    busy = Pages(pages.app)
    codes = [busy.get(busy.owner()).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2


def test_a_body_too_large_is_refused(pages: Pages) -> None:
    _, action = pages.form(pages.owner(), "progress")
    answer = pages.post(action, {"note": "x" * (2**20 + 1)})
    assert answer.status_code == 413


FIELDS = ("note", "on", "to", "reason", "link", "once", "figure:城市社区创建比例", "file")
FORMS = ("acknowledge", "progress", "done", "extension", "dispute", "close", "nothing")


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(FORMS),
    fields=st.dictionaries(
        st.sampled_from(("note", "on", "to", "reason", "link", "once", "figure:城市社区创建比例", "file"))
        | st.text(max_size=9),
        st.text(max_size=60),
        max_size=6,
    ),
)
def test_no_form_breaks_the_page(pages: Pages, form: str, fields: dict[str, str]) -> None:
    clean = {key: value.encode("utf-8", "replace").decode() for key, value in fields.items()}
    answer = pages.post(f"{pages.owner()}{REF}/{form}", clean)
    assert answer.status_code in (303, 404, 409, 422)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=st.text(max_size=80), page=st.sampled_from("oduf"))
def test_no_token_breaks_the_door(pages: Pages, token: str, page: str) -> None:
    from urllib.parse import quote

    address = f"/{page}/{quote(token.encode('utf-8', 'replace'))}/"
    assert pages.get(address).status_code in (308, 404)
