"""Personal data is masked however it is typed; dates, amounts, numbers of documents and codes stay."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.text.privacy import KINDS, MASK, find, mask

FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
GAPS = st.sampled_from(["", " ", "-", "\u3000", "\u00a0", "\u2009", "—", "‑", " - ", "\u200b", "."])
DIGITS = st.sampled_from(string.digits)
WORDS = st.text(st.sampled_from("已向市台联报送清单共项，。：（）、\n"), max_size=12)


def _digits(count: int) -> st.SearchStrategy[str]:
    return st.lists(DIGITS, min_size=count, max_size=count).map("".join)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    """A mobile number as people type it."""
    number = "1" + draw(st.sampled_from("3456789")) + draw(_digits(9))
    first, second = draw(GAPS), draw(GAPS)
    spaced = f"{number[:3]}{first}{number[3:7]}{second}{number[7:]}"
    country = draw(st.sampled_from(["", "+86", "+86 ", "86-", "0086 ", "(+86)", "＋86 "]))
    return draw(st.sampled_from([country + spaced, (country + spaced).translate(FULL_WIDTH)]))


@st.composite
def landlines(draw: st.DrawFn) -> str:
    """A landline with its area code, and sometimes an extension."""
    area = draw(st.sampled_from(["010", "020", "0755", "0591", "(020)", "（0731）", "+86 20 ", "0086-20-"]))
    gap = draw(st.sampled_from(["-", " ", "－", "—"])) if area[-1] not in ")） -" else ""
    extension = draw(st.sampled_from(["", "转8001", "轉801", "-8001", " 转 12", "分机3", "ext. 12"]))
    number = area + gap + draw(st.sampled_from("345678")) + draw(_digits(7)) + extension
    return draw(st.sampled_from([number, number.translate(FULL_WIDTH)]))


@st.composite
def identities(draw: st.DrawFn) -> str:
    """An identity number of 18 or 15 signs; whether its last sign fits does not matter."""
    province = draw(st.sampled_from(["110101", "440106", "310115", "650102", "350203"]))
    born = f"{draw(st.integers(0, 99)):02}{draw(st.integers(1, 12)):02}{draw(st.integers(1, 28)):02}"
    if draw(st.booleans()):
        return province + born + draw(_digits(3))
    gap = draw(st.sampled_from(["", " ", "-"]))
    last = draw(st.sampled_from([*string.digits, "X", "x", "Ｘ"]))
    number = f"{province}{gap}19{born}{gap}{draw(_digits(3))}{last}"
    return draw(st.sampled_from([number, number.translate(FULL_WIDTH)]))


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """A private mail address."""
    name = draw(st.text(st.sampled_from(string.ascii_letters + string.digits + "._-"), min_size=1, max_size=20))
    host = draw(st.sampled_from(["mail.example", "qq.example", "post.gz.example", "中心.example.中国", "民政局.政务"]))
    return f"x{name}{draw(st.sampled_from(['@', '＠', ' @ ']))}{host}"


PERSONAL = mobiles() | landlines() | identities() | addresses()


@given(WORDS, PERSONAL, WORDS)
def test_what_is_personal_is_masked_wherever_it_stands(before: str, number: str, after: str) -> None:
    told = mask(f"{before}{number}{after}")[0]
    assert MASK in told
    left = told.replace(MASK, "", 1)
    assert sum(sign.isdecimal() for sign in left) <= sum(sign.isdecimal() for sign in before + after)
    assert "@" not in left


@given(WORDS, st.lists(PERSONAL, min_size=1, max_size=3), WORDS)
def test_masking_twice_changes_nothing_more(before: str, numbers: list[str], after: str) -> None:
    told, _ = mask(f"{before}{'、'.join(numbers)}{after}")
    assert mask(told) == (told, [])


@given(st.text(max_size=200) | st.text(st.sampled_from("0123456789１٣x-+()转@.电话号 "), max_size=60))
def test_any_text_is_taken_and_what_is_found_lies_in_it(text: str) -> None:
    places = find(text)
    ends = [0, *(place for each in places for place in (each.start, each.end)), len(text)]
    assert ends == sorted(ends)
    assert {each.kind for each in places} <= set(KINDS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("联系张三13812345678", "telephone"),
        ("１３８ １２３４ ５６７８", "telephone"),
        ("13812345678/13912345678", "telephone"),
        ("1381 234 5678", "telephone"),
        ("https://gz.example/a?tel=13812345678", "telephone"),
        ("电话：83123456", "telephone"),
        ("联系电话 8312 3456转6", "telephone"),
        ("Tel: 8312 3456", "telephone"),
        ("电话：020-83123456、83123457", "telephone"),
        ("请致电83123456/83123457，83123458转2", "telephone"),
        ("0755 8211 1234 或8211 1235", "telephone"),
        ("手机：（＋86）13812345678", "telephone"),
        ("02083123456", "telephone"),
        ("020-83123456转8001", "telephone"),
        ("+852 2123 4567", "telephone"),
        ("+886-912-345-678", "telephone"),
        ("0912-345-678", "telephone"),
        ("440106199001011234", "identity"),
        ("44010619900101123Ｘ", "identity"),
        ("440106 19900101 1234", "identity"),
        ("440106900101123", "identity"),
        ("请致电 8317 8888 联系", "telephone"),
        ("83178888转8001", "telephone"),
        ("0755 8211 1234", "telephone"),
        ("号码４４０１０６１９９００１０１１２３４", "identity"),
        ("zhangsan ＠mail.example", "mail"),
        ("a_b+c@mail.gz.example", "mail"),
        ("邮箱zhang.san＠mail.example", "mail"),
    ],
)
def test_each_kind_is_named(text: str, kind: str) -> None:
    masked, kinds = mask(text)
    assert set(kinds) == {kind}
    assert not any(sign.isdecimal() for sign in masked)
    assert "@" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "20190626", "2019-2020", "2019年6月26日", "2019-06-26", "20190626-20191231", "2019.10.1-2020.1.31",
        "穗民案〔2019〕89号", "第1007号提案", "DH0271", "闭08", "072", "2019-1007-03",
        "2638个中的2881个", "84＋96", "12.5万元", "13812345678元", "15000000000.50元", "138123456.78万元",
        "1,381,234,567元", "52%、53%", "邮编510030", "预算科目2080201", "12440100455350000X", "91440101MA59ABCD1X",
        "12345热线", "400-830-1234", "02020190626", "3.14159265358979", "GB/T 32100-2015",
        "https://www.gz.example/art/2019/13812345678.html", "1949 1978 2018", "统一社会信用代码914401011904318003",
        "经费13800万元", "总投资1380013.8万元", "完成2,638个，占91.6%", "面积123456789平方米", "110千伏", "0.83178888",
        "穗府办〔2019〕12号第20190626001项", "比例10%至15%",
    ],
)  # fmt: skip
def test_what_is_nobodys_stays(text: str) -> None:
    assert mask(f"共{text}，完成") == (f"共{text}，完成", [])


@pytest.mark.parametrize("text", ["20191231", "2019-2020年", "8312345元", "8312.3456万元", "2638个", "83123456元"])
@pytest.mark.parametrize("number", ["020-83123456", "电话83123456"])
@pytest.mark.parametrize("comma", "、，/；")
def test_what_follows_a_number_and_is_none_stays(number: str, comma: str, text: str) -> None:
    masked, kinds = mask(f"{number}{comma}{text}")
    assert (masked.endswith(f"{MASK}{comma}{text}"), kinds) == (True, ["telephone"])


@given(st.dates(), st.integers(1, 9999), st.integers(0, 10**9))
def test_dates_documents_and_amounts_stay(day: object, number: int, amount: int) -> None:
    dates = f"{day:%Y%m%d}、{day}，穗民案〔{day:%Y}〕{number}号，{day:%Y}-{number:04}-01"
    text = f"{dates}，{amount}元、{amount / 100:.2f}万元"
    assert mask(text) == (text, [])


def test_what_was_published_is_no_secret() -> None:
    contact = "市民政局办公室 020-83123456，office@gz.example"
    text = "可拨打（020）83123456或写信到office@gz.example，也可找张三13812345678"
    assert mask(text, contact)[0] == "可拨打（020）83123456或写信到office@gz.example，也可找张三******"


def test_a_long_text_is_read_in_one_go() -> None:
    for long in ("a" * 200_000, "1" * 50_000, "1 " * 50_000, "+1-" * 30_000, "a@" * 50_000, "电话" * 50_000):
        mask(long)
    assert mask("1" * 50_000) == ("1" * 50_000, [])


def test_several_places_in_order() -> None:
    told = mask("张某13800138000，李某li@qq.example，办公室020-83178888")
    assert told == (f"张某{MASK}，李某{MASK}，办公室{MASK}", ["telephone", "mail", "telephone"])
