"""Personal data is masked wherever it stands; what only looks like it stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.privacy import MASK, mask

PRIVATE = [
    ("联系人13800138000。", "telephone"),
    ("+86 138 0013 8000", "telephone"),
    ("+8613800138000", "telephone"),
    ("138-0013-8000", "telephone"),
    ("手机１３８００１３８０００", "telephone"),
    ("020-83178888", "telephone"),
    ("（020）83178888转8001", "telephone"),
    ("0755 8211 1234", "telephone"),
    ("电话：83178888", "telephone"),
    ("请致电 8317 8888 联系", "telephone"),
    ("83178888转8001", "telephone"),
    ("身份证440106199001011234", "identity"),
    ("身份证44010619900101123X", "identity"),
    ("440106 19900101 123x", "identity"),
    ("号码４４０１０６１９９００１０１１２３４", "identity"),
    ("440106900101123", "identity"),
    ("zhang.san@qq.com", "mail"),
    ("邮箱zhangsan ＠163.com，", "mail"),
    ("a_b+c@mail.gz.gov.cn", "mail"),
]
PUBLIC = [
    "穗民案〔2019〕89号", "2019-2020年度", "20190626", "2019年6月26日", "经费13800万元", "总投资1380013.8万元",
    "统一社会信用代码91440101MA59XJ0X1L", "统一社会信用代码914401011904318003", "邮编510030", "12345热线",
    "110", "第1007号提案",
    "https://www.gz.gov.cn/content/post_13800138000.html", "完成2,638个，占91.6%", "2019.12.31", "面积123456789平方米",
    "穗府办〔2019〕12号第20190626001项", "110千伏", "0.83178888", "比例10%至15%",
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), PRIVATE)
def test_personal_data_is_masked(text: str, kind: str) -> None:
    masked, kinds = mask(text)
    assert kinds == [kind]
    assert MASK in masked
    assert sum(sign.isdigit() for sign in masked) == 0
    assert "@" not in masked


@pytest.mark.parametrize("text", PUBLIC)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert mask(text) == (text, [])


def test_several_places_in_order() -> None:
    assert mask("张某13800138000，李某li@qq.com，办公室020-83178888") == (
        f"张某{MASK}，李某{MASK}，办公室{MASK}", ["telephone", "mail", "telephone"]
    )  # fmt: skip


@given(
    st.sampled_from([text for text, _ in PRIVATE]),
    st.text("甲乙丙，。、（） \n", max_size=9),
    st.text("甲乙丙，。 ", max_size=9),
)
def test_wherever_it_stands_and_only_once(private: str, before: str, after: str) -> None:
    masked, kinds = mask(f"{before}{private}{after}")
    assert len(kinds) == 1
    assert masked.startswith(before)
    assert mask(masked) == (masked, [])


@given(st.text())
def test_any_text_is_taken(text: str) -> None:
    masked, kinds = mask(text)
    assert masked.count(MASK) >= len(kinds)
