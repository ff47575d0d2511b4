"""The two shelves: what is taken for a pledge, and what a person should look at beside it, with the reason."""

import pytest

from tests.commitments.letters.reading import read, shelves

NOT_TAKEN = [
    ("该片区有望纳入城市更新范围。", "forecast"),
    ("街道工作人员正在劝导沿街商户规范经营。", "routine"),
    ("受用地限制，近期暂不具备增设站点的条件。", "refused"),
    ("泵站建成后将有效缓解内涝。", "outcome"),
    ("停车管理机制有待进一步完善。", "need"),
    ("我局已督促施工单位加快进度。", "done"),
    ("代表提出的加快渡口改造一事符合实际。", "asked"),
    ("相关企业表示要改进包装。", "unsure"),
    ("对新建码头的泊位配比进行核定，严格把关。", "unsure"),
    ("倒排工期，做好渡口改造的用地保障。", "unsure"),
]


@pytest.mark.parametrize(("text", "why"), NOT_TAKEN)
def test_what_speaks_of_what_comes_and_is_not_taken_is_kept_with_its_reason(text, why):
    found = shelves(text)
    assert found.sure == ()
    assert [(one.shelf, one.why) for one in found.possible] == [("possible", (why,))]
    assert text.startswith(found.possible[0].quote[:3]) or found.possible[0].quote in text


@pytest.mark.parametrize(
    "text",
    [
        "您提出的关于增设站点的建议收悉，现答复如下：",
        "感谢您对交通工作的关心，欢迎继续监督。",
        "关于加快渡口改造建议的答复",
        "下一步，我局将重点做好以下工作：",
        "联系人：张某，联系电话：000-0000。",
        "全市现有公厕120座。",
    ],
)
def test_thanks_headings_and_the_correspondence_stand_on_no_shelf(text):
    assert shelves(text).possible == ()


def test_what_is_left_of_a_sentence_is_looked_at_too():
    found = shelves("项目建成后将有效缓解拥堵，我局将于年底前完成施划。")
    assert [one.quote for one in found.sure] == ["我局将于年底前完成施划"]
    assert [one.quote for one in found.possible] == ["项目建成后将有效缓解拥堵"]


def test_no_word_stands_on_both_shelves():
    text = "一、进展\n已完成选址。\n二、下一步计划\n1.年内开工。\n2.暂不扩建，有望明年立项。\n感谢您的支持。"
    found = shelves(text)
    assert not any(a.start < b.end and b.start < a.end for a in found.sure for b in found.possible)


def test_a_candidate_names_the_rules_that_spoke():
    (found,) = read("由市城投集团于8月底前建成停车场。")
    rules = (found.found_by, found.owner_rule, found.due_rule, found.strength_rule)
    assert rules == ("dated", "named", "month-end", "output")


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("我局将于8月底前新建公厕2座。", 0.9),
        ("我局计划于8月底前新建公厕2座。", 0.9),
        ("8月底前新建公厕2座。", 0.7),
        ("我局将新建公厕2座。", 0.7),
        ("我局将进一步加强道路养护。", 0.5),
        ("我局将于8月前新建公厕2座。", 0.5),
    ],
)
def test_only_what_stands_in_the_words_makes_it_sure(text, confidence):
    assert read(text)[0].confidence == confidence
