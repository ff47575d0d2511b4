"""The text for matching: blanks, radicals and full-width figures read as plain signs, every quote as it is printed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.letters.reading import Reading
from commitments.letters.reading import read as read_letter
from commitments.letters.text.blanks import closed
from commitments.letters.text.document import Document, head_view, view

BLANKS = [" ", "\u00a0", "\u3000", "\u2009", "  "]
RADICALS = str.maketrans("日月一十工人水长西民用", "⽇⽉⼀⼗⼯⼈⽔⻓⻄⺠⽤")


def letter(words: str, day: str = "2019年6月26日") -> Reading:
    head = "关于第118号提案的答复\n市工商联：\n贵会提出的《关于疏通河道的提案》收悉，现答复如下：\n"
    return read_letter(f"{head}{words}\n云州市水务局\n{day}\n".encode(), "letter")


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("我局将于2019_年_10_月底前疏通河道3_公里。", date(2019, 10, 31)),
        ("我局将于2020_年_6_月底前疏通河道。", date(2020, 6, 30)),
        ("我局将于２０１９年_１２_月_３１_日前疏通河道。", date(2019, 12, 31)),
        ("我局将在_3_个_月内疏通河道。", date(2019, 9, 26)),
        ("我局将于十_月底前疏通河道。", date(2019, 10, 31)),
    ],
)
def test_blanks_in_a_date(words: str, day: date, blank: str) -> None:
    reading = letter(words.replace("_", blank))
    (found,) = reading.candidates
    assert found.due_date == day
    assert found.quote == words.replace("_", blank).rstrip("。") == reading.document.text[found.start : found.end]


def test_blanks_between_all_signs() -> None:
    words = "市水利局将于2019年10月底前疏通河道3公里"
    reading = letter(" ".join(words) + " 。", day="2 0 1 9 年 6 月 2 6 日")
    (found,) = reading.candidates
    assert (found.due_date, found.owners) == (date(2019, 10, 31), ("市水利局",))
    assert reading.header.reply_date == date(2019, 6, 26)
    assert found.quote.replace(" ", "") == words


def test_blanks_that_part_words_stay() -> None:
    assert closed("张三 李四 王五") == "张三 李四 王五"
    assert closed("联系人：何小满 电话：0999 5550188") == "联系人：何小满 电话：0999 5550188"
    assert closed("云 州 市 水 务 局") == "云州市水务局"


def test_radicals_are_read_as_characters() -> None:
    words = "我局将于2019年10月底前疏通长河西段3公里，方便人民用水，工程总投资60万元。"
    plain, seen = letter(words), letter(words.translate(RADICALS), day="2019年6月26日".translate(RADICALS))
    one, other = plain.candidates[0], seen.candidates[0]
    assert (one.due_date, one.owners, one.strength) == (other.due_date, other.owners, other.strength)
    assert [goal.quantity for goal in one.targets] == [goal.quantity for goal in other.targets]
    assert other.quote == one.quote.translate(RADICALS)
    assert seen.header.reply_date == plain.header.reply_date


def test_values_of_the_head_have_no_radicals() -> None:
    data = "关于第118号提案的答复\n市工商联：\n来函收悉，现答复如下：\n已办。\n云州市⽔务局\n2019年6⽉26⽇\n"
    assert read_letter(data.encode(), "letter").header.replying_unit == "云州市水务局"


@given(st.text(alphabet="我局将于2019年 \u00a0\u3000\u2009\u200b\t\n十月底。(ji)計關⽉⺠３", max_size=60))
def test_every_sign_of_a_view_knows_its_place(text: str) -> None:
    document = Document(text=text, sha256="", quarantined=(), repairs=(), warnings=(), page={})
    for seen in (head_view(document), view(document)):
        assert len(seen.at) == len(seen.text) + 1
        assert list(seen.at) == sorted(set(seen.at))
        assert seen.at[-1] == len(text)
        assert all(
            sign == text[place] or not text[place].isascii() for sign, place in zip(seen.text, seen.at, strict=False)
        )
