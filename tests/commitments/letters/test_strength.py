"""How hard a pledge is: the first rule that fits."""

import pytest

from tests.commitments.letters.reading import only

CONDITIONAL = [
    "待省交通运输厅批复后，我局将组织实施。",
    "若后期道路拓宽，我局将及时增设站点。",
    "我局将报市政府审定后印发实施细则。",
    "我局将视财政资金情况安排整治。",
    "在条件成熟时，适时启动立法调研。",
    "资金到位后，年内完成12处整治。",
    "二期将根据客流情况适时启动。",
    "检修完毕后会安排专人值守。",
]
SOFT = [
    "我局将进一步加强道路养护。",
    "我局将推动公交与轨道交通深度融合。",
    "我局将建立健全长效管理机制。",
    "我局将积极争取资金，推动项目早日落地。",
    "我局将大力开展文明出行宣传活动。",
    "我局正与村民协商。",
    "我局正在核查有关情况。",
    "我局将主动与省厅衔接，争取渡口重建工作。",
    "我局正积极与镇政府协商置换用地。",
    "我局将向省厅申请码头建设专项补助资金。",
    "我局将呼吁企业加快完善站点建设。",
    "我局将与石桥镇政府加强对接，一起推动泵站迁建项目。",
    "我局将研究制定有关政策措施。",
    "我局将督促城投公司系统梳理站点建设情况。",
]
PLANNED = [
    "我局计划新建停车场2座。",
    "预计10月底前建成通车。",
    "我局拟增设护栏。",
    "我局正在编制停车规划。",
    "该项目正在开展施工招标。",
    "力争年内开工。",
    "我局正在根据市政府审查意见修改设计方案。",
    "我局将积极争取三条渡线项目，并将其列入年度规划。",
    "计划将旧渡口逐步修建为钢筋混凝土码头。",
    "力争在全县行政村实现全覆盖。",
    "争取明年完成全部修缮工作。",
    "我局将在城东建设批发市场，目前正在落实用地。",
]
FIRM = [
    "我局将新建停车场2座。",
    "我局将尽快出台实施细则。",
    "年底前开通夜间线路。",
    "我局将举办培训班4期。",
    "我局将建立隐患台账。",
    "支线管网正在铺设，年内即可通水。",
    "到2024年9月新码头投入使用后，渡船数量将增至12艘。",
]
CASES = [
    (text, strength)
    for strength, texts in {"conditional": CONDITIONAL, "soft": SOFT, "planned": PLANNED, "firm": FIRM}.items()
    for text in texts
]


@pytest.mark.parametrize(("text", "strength"), CASES)
def test_strength_follows_what_could_be_shown_as_proof(text, strength):
    assert only(text).strength == strength


def test_the_event_waited_for_is_named():
    found = only("待省交通运输厅批复后，我局将组织实施。")
    assert (found.condition, found.due_text, found.due_rule) == (
        "省交通运输厅批复",
        "待省交通运输厅批复后",
        "event-gated",
    )


def test_what_a_finished_work_will_bring_is_no_condition():
    assert only("我局将于年底前建成停车场，建成后可提供泊位300个。").condition is None


def test_a_heading_does_not_harden_a_pledge():
    assert only("三、下一步计划\n（一）补齐设施短板。完善候车、如厕等功能。").strength == "soft"


def test_a_hedge_governs_the_rest_of_its_sentence():
    assert only("目前正在审批，计划8月进场，随后新建泊位120个。").strength == "planned"
