"""Who owes a pledge: the replying unit, named units, units passed a task, the lead of a programme named before."""

import pytest

from commitments.letters.fields.public_bodies import register
from tests.commitments.letters.reading import UNIT, only, read

LETTER = """二、工作推进情况
1.由市公安局牵头的“绿波出行”计划，已覆盖主干道18条。
2.市自然资源和规划局牵头实施公交首末站补短板工程，建成7处。
3.按照分工，停车收费管理由市发展和改革委员会负责。
三、下一步计划
{lead}
1.深化“绿波出行”计划，优化信号配时。
2.加快公交首末站补短板工程扫尾。
3.完善停车收费管理办法。
4.加强宣传引导。"""
LEADS = [("市公安局",), ("市自然资源和规划局",), ("市发展和改革委员会",), (UNIT,)]


def test_a_programme_named_before_brings_its_lead():
    found = read(LETTER.format(lead="围绕上述建议，重点做好以下工作："))
    assert [one.owners for one in found] == LEADS
    assert [one.owner_basis for one in found] == ["inferred-from-section"] * 3 + ["self"]
    assert found[0].owner_evidence == "1.由市公安局牵头的“绿波出行”计划，已覆盖主干道18条。"


def test_a_lead_in_that_says_we_adds_the_replying_unit():
    found = read(LETTER.format(lead="下一步，我局将重点做好以下工作："))
    assert [one.owners for one in found] == [(UNIT, lead) for (lead,) in LEADS[:3]] + [(UNIT,)]


@pytest.mark.parametrize(
    ("text", "owners"),
    [
        ("我局将新建停车场2座。", (UNIT,)),
        ("市交通运输局将新建停车场2座。", (UNIT,)),
        ("年内新建停车场2座。", (UNIT,)),
        ("市公安局将增设信号灯2组。", ("市公安局",)),
        ("我局将督促翠湖村委会落实停车位20个。", (UNIT, "翠湖村委会")),
        ("我局将会同市公安局、市教育局完成施划。", (UNIT, "市公安局", "市教育局")),
        ("我局与市公安局正在编制方案。", (UNIT, "市公安局")),
        ("由市城投集团于8月底前建成。", ("市城投集团",)),
        ("请望岗镇政府做好路面清扫。", ("望岗镇政府",)),
        ("我局将督促市公交集团优化线路。", (UNIT, "市公交集团")),
        ("我局将会同贵委开展调研。", (UNIT, "李某")),
        ("将会同市财政局下达专项资金2000万元。", (UNIT, "市财政局")),
        ("我局将积极与市财政局对接，落实资金。", (UNIT,)),
        ("待市财政局批复后，我局将启动招标。", (UNIT,)),
        ("我局将报市政府审定后印发细则。", (UNIT,)),
        ("我市将建设智慧停车平台。", ()),
        ("到2025年，公交分担率达到40%。", ()),
        ("今年我市计划新装信号灯12处。", ()),
        ("县上将统筹建设批发市场。", ()),
        ("中标单位即将进场，预计年底完工。", ()),
        ("目前，石桥镇中心学校正在置换运动场用地。", ("石桥镇中心学校",)),
        ("市电信、移动、联通等公司将于年底前各新建基站2座。", ("市电信公司", "市移动公司", "市联通公司")),
        ("我局将督促市水投公司加强对接，争取市公司资金支持。", (UNIT, "市水投公司")),
        ("我局将向上争取，并已报请市水利局核准。", (UNIT,)),
        ("我局将向市委、市政府汇报，争取早日开工建设。", (UNIT,)),
        ("今年全市各县区计划新建公厕30座。", ("各县区",)),
        ("我局将督促各县（市、区）制定整改方案。", (UNIT, "各县（市、区）")),
        ("请桥头庄村组提出挂牌申请。", ("桥头庄村组",)),
        ("目前正在由云投集团制定整治方案。", ("云投集团",)),
        ("我局正会同发展改革委、水利部等部门编制规划。", (UNIT, "发展改革委", "水利部")),
        ("相关资产将于年底移交，由川江电力进行专业运维。", ("川江电力",)),
        ("中国铁塔有限公司石桥办事处将迁移基站1处。", ("中国铁塔有限公司石桥办事处",)),
        ("但云州市交通运输部门会继续牵头合理规划。", (UNIT,)),
        ("公安交管部门将在渡口设置信号灯2组。", ("公安交管部门",)),
        ("我局将配合自然资源部门编制规划。", (UNIT, "自然资源部门")),
        ("我局正与财政、电业部门协商。", (UNIT,)),
        ("我局将继续与自然资源部门对接。", (UNIT,)),
        ("我局航道中心将补设航标6座。", ("航道中心",)),
        ("下一步将全力配合城投公司建设码头。", (UNIT, "城投公司")),
        ("我局将责成滨江花园建设单位于8月底前启动施工。", (UNIT, "滨江花园建设单位")),
        ("我局将督促施工单位于8月底前返工。", (UNIT,)),
        ("我市将责成望岗镇政府做好解释，并会同市公安局加强管理。", ("望岗镇政府", "市公安局")),
        ("我局将培育以云投集团、江城集团等为龙头的产业。", (UNIT,)),
        ("渡口治理由住建部门实施，确保到2025年渡口达标率达到80%。", ("住建部门",)),
        ("渡口治理扎实推进，确保到2025年渡口达标率达到80%，健全管护体系。", ()),
    ],
)
def test_owners_are_those_the_words_name(text, owners):
    assert only(text).owners == owners


def test_a_joint_list_of_departments_is_taken_apart():
    assert only("市发展改革、财政部门将落实配套资金。").owners == ("市发展改革部门", "市财政部门")


def test_the_company_points_back_to_its_name():
    found = only("该路段由云州城投建设集团有限公司承建，施工已近尾声。该公司计划于今年9月完成管线迁改。")
    assert found.owners == ("云州城投建设集团有限公司",)


def test_each_company_points_back_to_those_named():
    (found, *_) = read("5月，中国移动云州分公司、中国联通云州分公司到场查看。各公司表示会上报迁移计划。")
    assert found.owners == ("中国移动云州分公司", "中国联通云州分公司")


def test_what_begins_with_us_goes_on_with_us():
    found = only("我局成立专班，市财政局评审中心对概算完成评审。目前还在与社区协调中。")
    assert found.owners == (UNIT,)


def test_an_act_to_come_is_not_given_to_the_unit_of_an_earlier_sentence():
    found = only("官庄村委会已完成管网改造。其余村组将纳入计划实施。")
    assert (found.owners, found.owner_rule) == ((UNIT,), "no-subject")


def test_the_name_in_a_title_owns_nothing():
    assert only("根据《市水务局关于防汛的通知》，我局将完成清淤。").owners == (UNIT,)


def test_an_open_item_belongs_to_the_unit_its_paragraph_is_about():
    found = only("二、工作推进情况\n2.市公交集团先后开通微循环线路14条。目前，另有3条正在开展客流测算。")
    assert (found.owners, found.owner_basis) == (("市公交集团",), "stated")


def test_a_letter_whose_unit_is_unnamed_leaves_the_owner_open():
    found = only("我局将新建停车场2座。", replying_unit=None)
    assert (found.owners, found.owner_basis) == ((), "self")


@pytest.mark.parametrize(
    "name",
    [
        "市民政局",
        "市政协",
        "市住房和城乡建设局",
        "望岗镇政府",
        "各区政府",
        "市第一人民医院",
        "市公安局交警支队",
        "县供销社",
        "市科学技术局",
    ],
)
def test_bodies_are_known_by_the_form_of_their_names(name):
    assert name in register(f"该工作由{name}牵头。", UNIT, ()).names


@pytest.mark.parametrize("words", ["有关部门", "专业公司", "第三方机构", "城乡社区议事厅", "进一步理清政府"])
def test_unnamed_bodies_are_none(words):
    assert register(f"该工作由{words}牵头。", UNIT, ()).names == {UNIT, "市交通运输局"}


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("市交通局", True),
        ("云州市交通运输部门", True),
        ("市交通运输局", True),
        ("市公安局", False),
        ("市教育局", False),
    ],
)
def test_a_short_form_means_the_replying_unit(name, means):
    assert register("", UNIT, ()).is_self(name) is means


def test_an_empty_name_in_the_header_is_no_body():
    assert only("我局将新建停车场2座。", co_units=("", "市财政局"), proposer="").owners == (UNIT,)


def test_the_replying_unit_may_call_itself_by_a_short_form():
    unit = "岚港新城开发建设管理委员会"
    assert only("目前，新城管委会正在建设停车场。", replying_unit=unit).owners == (unit,)
    found = only("下一步，文旅局将指导各镇新建健身点2处。", replying_unit="文体广电和旅游局")
    assert found.owners == ("文体广电和旅游局", "各镇")
