"""Numbers a pledge has to reach."""

import pytest

from commitments.letters.fields.targets import Goal, targets


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("年底前新开微循环公交线路6条、调整常规线路10条", [(6, "条"), (10, "条")]),
        ("到2027年改造老茶园5万亩，全产业链产值突破20亿元", [(5, "万亩"), (20, "亿元")]),
        ("拍摄一部宣传片，举办公众讲座30场", [(1, "部"), (30, "场")]),
        ("覆盖率提高到96%", [(96, "%")]),
        ("新建步道18.5公里", [(18.5, "公里")]),
        ("安排资金1,200万元", [(1200, "万元")]),
        ("新建公厕两座", [(2, "座")]),
        ("完成十二个村的改造", [(12, "个")]),
        ("新增泊位约300余个", [(300, "个")]),
        ("计划改造2600户，目前已完工2214户", [(2600, "户")]),
        ("2.7月中旬组织一次应急演练", []),
        ("2023年9月印发实施细则", []),
        ("完善“四分类”体系，优化37路走向", []),
        ("新增300路视频", [(300, "路")]),
        ("云青线K3+200—K5+600段安装护栏2.4公里", [(2.4, "公里")]),
        ("集体经济收入50万元以上的村达到100个", [(100, "个")]),
        ("建成区20%以上的面积达到要求", [(20, "%")]),
        ("三年内完成", []),
        ("第二批名单", []),
    ],
)
def test_numbers_to_reach_are_found_with_their_units(text, wanted):
    assert [(goal.quantity, goal.unit) for goal in targets(text)] == wanted


def test_a_number_says_what_it_counts():
    assert targets("新建口袋公园2处") == (Goal(2.0, "处", "口袋公园"),)
    assert targets("招聘850名公办教师") == (Goal(850.0, "名", "公办教师"),)


def test_units_are_given_as_the_letter_prints_them():
    assert targets("新增10个积水点", "新增10個積水點") == (Goal(10.0, "個", "積水點"),)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("城市和农村社区分别按照10%和15%比列推进", [(10, "城市社区"), (15, "农村社区")]),
        ("学前教育、义务教育分别新增300个、900个学位", [(300, "学前教育"), (900, "义务教育")]),
        ("分别达到10%和15%", [(10, ""), (15, "")]),
        ("新建公厕3座和停车场2处", [(3, "公厕"), (2, "停车场")]),
    ],
)
def test_numbers_named_together_are_told_apart(text, wanted):
    assert [(goal.quantity, goal.what) for goal in targets(text)] == wanted
