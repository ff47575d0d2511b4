"""What ``import`` says of files: a zip of letters one by one, warnings, pages that are recognised."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from freezegun import freeze_time

from commitments.letters.files.reader import Source
from tests.commitments.letters.test_files import LETTER
from tests.tracker.test_cli_intake import said
from tracker.cli.root import run


@pytest.fixture(autouse=True)
def office(place: Path) -> Path:
    """An empty ledger, 2022, in Chinese."""
    with freeze_time("2022-08-20T10:00:00+08:00"):
        assert run(["init"]) == 0
        yield place


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def letter(number: int) -> bytes:
    return LETTER.replace("8号", f"{number}号").replace("072", f"07{number}").replace("3公里", f"{number}公里").encode()


FILES = {
    "答复/一.txt": letter(1),
    "坏.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "二.txt": letter(2),
    "__MACOSX/x": b"x",
}


def test_one_bad_letter_in_a_zip_stops_no_other(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    (office / "all.zip").write_bytes(packed(FILES))
    code, out, _ = said(capsys, "import", "all.zip")
    assert code == 1
    assert [line.split()[0] for line in out.splitlines()] == ["二.txt", "坏.doc", "一.txt"]
    assert [word in line for word, line in zip(("已导入", "未导入", "已导入"), out.splitlines(), strict=True)] == [
        True
    ] * 3
    assert json.loads(said(capsys, "list", "--json")[1])["commitments"]
    code, out, _ = said(capsys, "import", "all.zip", "--json")
    rows = json.loads(out)["letters"]
    assert [row["result"] for row in rows] == ["repeated", "refused", "repeated"]


def test_a_zip_can_be_looked_at_first(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    (office / "all.zip").write_bytes(packed({name: data for name, data in FILES.items() if name != "坏.doc"}))
    code, out, _ = said(capsys, "import", "all.zip", "--dry-run")
    assert (code, out.count("已读取")) == (0, 2)
    assert json.loads(said(capsys, "list", "--json")[1])["commitments"] == []


def test_names_of_chinese_programs_are_read(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    data = packed({"dafuhan1.txt": letter(1)}).replace(b"dafuhan1", "答复函件".encode("gb18030"))
    (office / "all.zip").write_bytes(data)
    assert "答复函件.txt" in said(capsys, "import", "all.zip")[1]


def locked() -> bytes:
    data = bytearray(packed({"a.txt": letter(1)}, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + at] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (locked(), "密码"),
        (packed({f"{n}.txt": bytes(10 * 2**20) for n in range(21)}), "过大"),
        (packed({f"{n}.txt": b"x" for n in range(201)}), "过大"),
        (packed({"__MACOSX/x": b"x"}), "没有文件"),
    ],
    ids=["locked", "bomb", "many", "empty"],
)  # fmt: skip
def test_a_zip_that_cannot_be_read_is_one_sentence(
    capsys: pytest.CaptureFixture[str], office: Path, data: bytes, words: str
) -> None:
    (office / "all.zip").write_bytes(data)
    code, out, err = said(capsys, "import", "all.zip")
    assert (code, out) == (1, "")
    assert words in err
    assert err.count("\n") == 1


def test_a_zip_in_a_zip_is_not_opened(capsys: pytest.CaptureFixture[str], office: Path) -> None:
    (office / "all.zip").write_bytes(packed({"a.txt": letter(1), "b.zip": packed({"c.txt": letter(2)})}))
    code, out, _ = said(capsys, "import", "all.zip")
    assert code == 1
    assert "解压后逐件导入" in out


@pytest.mark.parametrize("option", ["--document-number", "--proposal-number", "--signed-on"])
def test_what_is_of_one_letter_is_refused_for_several(
    capsys: pytest.CaptureFixture[str], office: Path, option: str
) -> None:
    (office / "all.zip").write_bytes(packed(FILES))
    code, _, err = said(capsys, "import", "all.zip", option, "2022-06-01")
    assert code == 2
    assert option in err


@pytest.mark.parametrize(
    ("language", "words"), [("zh-Hans", "没有声明编码"), ("zh-Hant", "沒有聲明編碼"), ("en", "GB18030")]
)
def test_warnings_are_in_the_readers_language(
    capsys: pytest.CaptureFixture[str], office: Path, language: str, words: str
) -> None:
    lines = "".join(f"<p>{line}</p>" for line in LETTER.split("\n"))
    (office / "a.html").write_bytes(f"<html><body>{lines}</body></html>".encode("gb18030"))
    _, out, err = said(capsys, "--language", language, "import", "a.html", "--dry-run")
    assert words in err
    _, out, _ = said(capsys, "--language", language, "import", "a.html", "--json")
    assert words in json.loads(out)["warnings"][0]


def test_recognised_text_is_never_called_the_letters_own(
    capsys: pytest.CaptureFixture[str], office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source(lines=LETTER.split("\n"), aside=[], facts={}, warnings=(), recognised=True, doubts=("3",))
    monkeypatch.setattr("commitments.letters.files.confined.read_file", lambda *_, **__: source)
    (office / "scan.png").write_bytes(b"x")
    assert "［识别文本］" in said(capsys, "import", "scan.png", "--dry-run")[1]
    found = json.loads(said(capsys, "import", "scan.png", "--json")[1])
    assert found["recognised"]
    (ref,) = found["refs"]
    assert json.loads(said(capsys, "show", ref, "--json")[1])["commitment"]["verbatim"] is False
    out = said(capsys, "show", ref)[1]
    assert ("录入原文" in out, "答复函原文" in out) == (True, False)
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    out = said(capsys, "review", "072")[1]
    assert "识别文本，请对照原件" in out
    assert "两次识别不一致：3" in out
    assert said(capsys, "confirm", "--all-stated", "072")[1] == ""
    assert said(capsys, "edit", ref, "--quote", "我局将疏通河道5公里", "--reason", "对照原件")[0] == 0
