"""What a pledge is called: the act and its object, as a person would write it into the subject of a mail."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commitments.letters.titles import LONGEST, MOST, title_of
from tests.commitments.letters.reading import read

TITLES = [
    ("下一步，我局将启动二期建设", "启动二期建设"),
    ("二是年底前新建公厕2座，切实方便群众", "新建公厕2座"),
    ("我局将于8月底前编制完成《云州市停车设施规划》", "编制完成《云州市停车设施规划》"),
    ("（一）加快站点建设。到2025年底，新建救护站30个，改造10个", "新建救护站30个"),
    ("该渡口计划2024年9月开工建设", "该渡口开工建设"),
    ("1.今年第四季度前，由市公安局负责增设标志30块", "增设标志30块"),
    ("我局将会同市公安局、市教育局施划网状线12处", "施划网状线12处"),
    ("力争用三年时间，完成全部农村公路改造", "完成全部农村公路改造"),
    ("待省交通运输厅批复后，我局将尽快启动渡口改造", "启动渡口改造"),
    ("如遇汛情，我局将立即启动应急响应", "启动应急响应"),
    ("为切实方便群众出行，年底前开通夜间线路3条，不断提升获得感", "开通夜间线路3条"),
    ("目前，县水务局正在铺设石桥镇供水管网", "铺设石桥镇供水管网"),
    ("三是进一步加强道路养护", "加强道路养护"),
    ("一是加强宣传。通过报纸、电视等形式，引导市民绿色出行", "引导市民绿色出行"),
    ("我局将把该路段纳入2024年养护计划", "把该路段纳入2024年养护计划"),
    ("4月份继续举办全县环湖健步走", "举办全县环湖健步走"),
    ("正在會同市財政局編制補貼辦法，預計10月前出臺", "編制補貼辦法"),
    ("我局將于年底前新建公廁(cè)2座", "新建公廁2座"),
    ("水利部正会同财政部等部门共同编制防洪规划", "编制防洪规划"),
    ("拟在老城区新建停车楼1座（地上五层、地下两层，泊位320个，含充电泊位40个）", "在老城区新建停车楼1座"),
    ("6月底前完成器材采购", "完成器材采购"),
    ("另一方面将引导企业采用低挥发性原料", "引导企业采用低挥发性原料"),
    ("今年起，按照改革部署，老城和新城分别按照20%和30%的比例，继续推进幸福社区创建", "推进幸福社区创建"),
    ("我局已起草《云州市停车收费办法》，正在征求意见", "《云州市停车收费办法》征求意见"),
]


@pytest.mark.parametrize(("quote", "title"), TITLES)
def test_a_title_is_the_act_and_its_object(quote, title):
    assert title_of(quote) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("东门停车场已完成选址，计划9月底前开工建设。", "东门停车场开工建设"),
        ("待资金落实后，尽快开工建设。", "开工建设：改造石桥渡口"),
    ],
)
def test_an_act_without_an_object_is_called_by_what_it_is_about(text, title):
    found = read(text, proposal_title="关于改造石桥渡口的建议")
    assert found[-1].title == title


@pytest.mark.parametrize(
    "quote",
    [
        "新建《云州市城区停车设施与慢行系统及公共交通场站专项规划编制工作管理办法》",
        "对望岗至青檀段十五公里公路两侧的边坡护栏标志标线以及排水沟渠逐一进行全面排查修复",
        "新建望岗青檀石桥官庄等十二个行政村供水主管网支管网入户管网共计一百八十六公里",
        "在望岗（含老街、新街、北街、南街、东街、西街、河街）新建公厕",
    ],
)
def test_a_cut_leaves_brackets_names_and_numerals_whole(quote):
    title = title_of(quote)
    assert len(title) <= LONGEST
    assert all(title.count(a) == title.count(b) for a, b in ("《》", "（）", "“”"))
    assert title.endswith("…") or quote.replace(" ", "").find(title[-2:]) >= 0


def test_a_long_list_ends_before_what_is_only_added():
    title = title_of("新建望岗镇供水主管网、青檀镇供水支管网、石桥镇入户管网和官庄镇加压泵站")
    assert title == "新建望岗镇供水主管网、青檀镇供水支管网"
    assert len(title) <= MOST


@given(st.text(alphabet="将于年底前新建公厕2座《》（）“”、，。一是我局会同市公安 \n…", max_size=60))
def test_any_words_have_a_title_of_their_own_signs(quote):
    title = title_of(quote)
    assert len(title) <= LONGEST + 1
    assert set(title) <= set(quote) | {"…"}
