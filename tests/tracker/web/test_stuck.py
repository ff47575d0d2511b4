"""Links as mail programs make them, malformed heads of requests, forms that a program sends empty."""

from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.thorough import examples
from tests.tracker.web.conftest import Pages
from tracker.web import uploads
from tracker.web.app import without_ending

STUCK = [
    "。",
    "）",
    "，",
    ">",
    '"',
    ".",
    " ",
    "\u3000",
    "\u200b",
    "&nbsp;",
    "=20",
    "=",
    "。）",
    "/。",
    "》",
    "\u00ad",
    ";",
    "】",
]


@pytest.mark.parametrize("stuck", STUCK)
def test_a_link_with_something_stuck_to_its_end_is_the_page(pages: Pages, stuck: str) -> None:
    for address in (pages.owner(), pages.coordinator(), pages.unit("2019-11")):
        whole = pages.get(address).status_code
        assert pages.get(f"{address}{stuck}").status_code == whole
        assert pages.get(f"{address.rstrip('/')}{stuck}/").status_code == whole


def test_in_the_middle_of_a_token_nothing_is_taken_away(pages: Pages) -> None:
    address = pages.owner()
    assert pages.get(address).status_code == 200
    for place in (5, 12, len(address) - 4):
        assert pages.get(f"{address[:place]}。{address[place:]}").status_code == 404


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30), st.sampled_from(STUCK))
def test_what_is_tidy_stays_so(path: str, stuck: str) -> None:
    once = without_ending(f"/o/{path}{stuck}")
    assert without_ending(once) == once


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://a]b", "//", "null null", "http://é", "x" * 5000])
def test_an_origin_that_is_none_is_forbidden(pages: Pages, origin: str) -> None:
    answer = pages.send(pages.owner(), "progress", {"note": "好"}, headers={"Origin": origin})
    assert answer.status_code == 403


HEADS = (
    "Origin", "Host", "Referer", "Sec-Fetch-Site", "Content-Type", "Cookie", "X-Forwarded-For", "Accept-Language",
    "Range", "If-None-Match",
)  # fmt: skip
values = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)
REF = "2019-1007-08"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(st.dictionaries(st.sampled_from(HEADS), values))
def test_no_head_of_a_request_breaks_a_page(pages: Pages, heads: dict[str, str]) -> None:
    assert pages.get(pages.owner(), headers=heads).status_code < 500
    assert pages.client.post(f"{pages.owner()}{REF}/progress", headers=heads).status_code < 500


def test_no_answer_leads_to_another_host(pages: Pages) -> None:
    for address in (pages.owner().rstrip("/"), pages.coordinator().rstrip("/")):
        answer = pages.get(address, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.headers.get("Location", "")
    answer = pages.send(pages.owner(), "progress", {"note": "好"}, headers={"Host": "evil.example"})
    assert "evil.example" not in answer.headers.get("Location", "")


def test_reporting_done_needs_words_or_a_file(pages: Pages) -> None:
    for fields in ({}, {"note": "  "}, {"on": "2019-12-18"}):
        answer = pages.send(pages.owner(), "done", fields)
        assert answer.status_code == 422
        assert "请写明办理情况，或者附上佐证材料" in answer.text
    assert pages.row().state == "open"
    assert pages.send(pages.owner(), "done", {"link": "https://mzj.gz.example/list"}).status_code == 303
    assert pages.row().state == "reported_done"


def test_a_draft_is_not_dropped_without_a_word(pages: Pages) -> None:
    ref = pages.draft()
    assert pages.send(f"{pages.coordinator()}items/{ref}/", "drop").status_code == 422
    assert pages.row(ref).state == "draft"


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20
KINDS = {
    "a.pdf": b"\xef\xbb\xbf\r\n\r\n%PDF-1.4 x",
    "b.pdf": b"\n\n\n  %PDF-1.7",
    "c.tif": b"II*\0" + b"\0" * 20,
    "d.tiff": b"MM\0*" + b"\1" * 20,
    "e.bmp": b"BM" + (30).to_bytes(4, "little") + b"\0" * 24,
    "f.rar": b"Rar!\x1a\x07\x01\0xx",
    "g.7z": b"7z\xbc\xaf\x27\x1c\0\4",
    "h.wps": OLD_OFFICE,
    "i.et": OLD_OFFICE,
}


@pytest.mark.parametrize(("name", "data"), KINDS.items())
def test_files_are_known_by_their_bytes(name: str, data: bytes) -> None:
    assert name.rpartition(".")[2] in uploads.KINDS[uploads.kind(data) or ""]


@pytest.mark.parametrize("data", [b"BMW is a car, in text", b"\n<html>%PDF-", b"II* text that only begins so\0"])
def test_what_only_begins_like_a_picture_is_none(data: bytes) -> None:
    assert uploads.kind(data) in (None, "text")


MANY = [f"附件{n}.txt" for n in range(1, 8)]


@pytest.mark.parametrize(
    ("limit", "kept"), [({"item_files": 3}, 3), ({"item_megabytes": 2}, 2), ({"day_megabytes": 2}, 2)]
)
def test_a_link_cannot_fill_the_disk(pages: Pages, limit: dict[str, int], kept: int) -> None:
    web = pages.app.config.web.model_copy(update=limit)
    pages.app.config = pages.app.config.model_copy(update={"web": web})
    codes = [send(pages, name).status_code for name in MANY]
    assert codes == [303] * kept + [409] * (len(MANY) - kept)
    answer = send(pages, "再一个.txt")
    assert "写好的办理情况" in answer.text
    assert "附件" in answer.text
    files = [file for file in (pages.app.folder / "evidence").iterdir() if file.is_file()]
    assert len(files) == kept
    assert pages.send(pages.owner(), "progress", {"note": "没有附件的进展"}).status_code == 303


def test_below_the_floor_of_free_space_nothing_is_taken(pages: Pages) -> None:
    web = pages.app.config.web.model_copy(update={"free_megabytes": 10**9})
    pages.app.config = pages.app.config.model_copy(update={"web": web})
    answer = send(pages, "附件.txt")
    assert answer.status_code == 409
    assert "写好的办理情况" in answer.text
    assert pages.send(pages.owner(), "progress", {"note": "没有附件的进展"}).status_code == 303


def send(pages: Pages, name: str) -> TestResponse:
    """Report progress with a file of a mebibyte whose content is its name's."""
    data = (name * 2**20).encode()[: 2**20].decode("utf-8", "ignore").encode()
    return pages.send(pages.owner(), "progress", {"note": "写好的办理情况", "file": (BytesIO(data), name)})
