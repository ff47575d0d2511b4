"""The head of a letter, value by value; what it does not say is None.

Longer than a file should be: each value with the spellings offices have for it.
"""

from datetime import date

import pytest

from commitments.letters.reading import read
from commitments.letters.text.document import Header

OPENING = "贵会提出的《关于疏通河道的提案》（第118号）收悉，我局会同市财政局、市住房和城乡建设局研究，现答复如下："


def head(
    title: str = "云州市水务局关于市政协五届二次会议第118号提案的答复",
    number: str = "云水案〔2022〕8号",
    hail: str = "市工商联：",
    opening: str = OPENING,
    sign: str = "云州市水务局",
    day: str = "2022年6月9日",
    tail: str = "（联系人：方一舟，联系电话：0999-5550777）",
) -> Header:
    lines = (title, number, hail, opening, "我局将于年底前疏通河道3公里。", sign, day, tail)
    return read("\n".join(line for line in lines if line).encode(), "letter").header


def test_a_usual_head() -> None:
    found = head()
    assert (found.doc_number, found.proposal_number, found.kind) == ("云水案〔2022〕8号", "118", "提案")
    assert found.proposal_title == "关于疏通河道的提案"
    assert (found.proposer, found.replying_unit) == ("市工商联", "云州市水务局")
    assert found.co_units == ("市财政局", "市住房和城乡建设局")
    assert (found.session, found.reply_date) == ("市政协五届二次会议", date(2022, 6, 9))
    assert (found.contact_name, found.contact_phone) == ("方一舟", "0999-5550777")


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("云水案[2022]8号", "云水案[2022]8号"),
        ("云水案（2022）第8号", "云水案（2022）第8号"),
        ("云水案〔2022 8号", "云水案〔2022〕8号"),
        ("云水案2022〕8号", "云水案〔2022〕8号"),
        ("云水案〔2022〕8号    B类    主动公开", "云水案〔2022〕8号"),
        ("云水函〔20228", "云水函〔2022〕8号"),
        ("云水函〔202218  A", "云水函〔2022〕18号"),
        ("云水函〔2022〕18", "云水函〔2022〕18号"),
        ("云水函2022〕18 主动公开", "云水函〔2022〕18号"),
        ("云水函【2022】第18号", "云水函【2022】第18号"),
        ("提案主办〔2022〕闭08号 签发人：何川", "提案主办〔2022〕闭08号"),
        ("云政办（建）字〔2022〕8号", "云政办（建）字〔2022〕8号"),
        ("云水提〔2022〕A08号", "云水提〔2022〕A08号"),
        ("云水提〔2022〕8-2号", "云水提〔2022〕8-2号"),
        ("B类  云水函〔2022〕8号", "云水函〔2022〕8号"),
        ("签发人：何川    云水函〔2022〕8号", "云水函〔2022〕8号"),
        ("文号云水函〔2022〕8号", "云水函〔2022〕8号"),
        ("编号：云水函〔2022〕8号", "云水函〔2022〕8号"),
        ("云水 函〔2022〕8号", "云水函〔2022〕8号"),
        ("云水函〔二〇二二〕8号", "云水函〔二〇二二〕8号"),
        ("云水函〔2022年〕8号", "云水函〔2022年〕8号"),
        ("云水函{2022}8号", "云水函{2022}8号"),
        ("云水函〔2022〕第8－2号", "云水函〔2022〕第8－2号"),
        ("类别：A            云水函〔2022〕8号", "云水函〔2022〕8号"),
        ("A                  云水函〔2022〕8号        签发人：何川", "云水函〔2022〕8号"),
        ("关于云州市2022第8号提案的函", None),
        ("云水函20228", None),
        ("", None),
    ],
)
def test_document_numbers(printed: str, number: str | None) -> None:
    assert head(number=printed).doc_number == number


@pytest.mark.parametrize("number", ["072", "DH0271", "闭08", "20200155", "1007", "2023-0361"])
def test_proposal_numbers_are_text(number: str) -> None:
    found = head(
        title="关于市政协五届二次会议提案的答复",
        opening=f"贵会提出的《关于疏通河道的提案》（第{number}号）收悉，现答复如下：",
    )
    assert found.proposal_number == number


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("（自编号027号）", "027"),
        ("（编号为027号）", "027"),
        ("（提案序号：027）", "027"),
        ("（第 JY202200050700号）", "JY202200050700"),
        ("（编号：B（2022）103号）", None),
        ("（编号：云水函〔2022〕103号）", None),
    ],
)
def test_proposal_numbers_in_brackets(printed: str, number: str | None) -> None:
    opening = f"贵会提出的《关于疏通河道的提案》{printed}收悉，现答复如下："
    assert head(title="关于提案的答复", opening=opening).proposal_number == number


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("关于市政协五届二次会议第118、119号提案的答复", "118、119"),
        ("关于市政协五届二次会议NO.118提案的答复", "118"),
        ("关于2022118号提案的答复", "2022118"),
        ("关于市政协五届二次会议提案118号的答复", "118"),
        ("关于市政协五届二次会议第118号（城建类23号）提案的答复", "118"),
        ("关于市政协五届二次会议第十二号提案的答复", "十二"),
        ("关于市人大第JY-118号建议的答复", "JY-118"),
    ],
)
def test_proposal_numbers_in_titles(title: str, number: str) -> None:
    assert head(title=title, opening="贵会提出的提案收悉，现答复如下：").proposal_number == number


@pytest.mark.parametrize(
    "page",
    [
        ["文 号： 云水案〔2022〕8号 公开日期： 2022-07-01 09:33"],
        ["• 文 号：", "• 云水案〔2022〕8号", "• 发布机构：", "• 云州市水务局"],
        ["• 索引号", "  000014348/2022-01628", "• 文号", "  云水案〔2022〕8号", "• 时效性"],
        ["| 文 号 | 云水案〔2022〕8号 |"],
        ["发文字号", "云水案〔2022〕8号"],
        ["• 000014348/2022-01628", "• 云州市水务局", "• 云水案〔2022〕8号"],
    ],
)
def test_the_number_that_only_the_page_gives(page: list[str]) -> None:
    found = of(*page, "关于第118号提案的答复", "市工商联：", LONG, "我局将疏通河道。", "云州市水务局", "2022年6月9日")
    assert found.doc_number == "云水案〔2022〕8号"


def test_the_number_of_another_document_is_none_of_the_proposals() -> None:
    found = head(title="关于提案的答复", opening="贵会提出的关于疏通河道的提案收悉。依照水利部令第31号，现答复如下：")
    assert found.proposal_number is None


@pytest.mark.parametrize(
    ("hail", "proposer"),
    [
        ("顾念慈等6名代表：", "顾念慈等6名"),
        ("尊敬的费玉衡委员：", "费玉衡"),
        ("张三、李四代表：", "张三、李四"),
        ("民盟云州市委：", "民盟云州市委"),
        ("市科协：", "市科协"),
        ("市老科协界别：", "市老科协界别"),
        ("林晓舟政协云州县委员：", "林晓舟"),
        ("林晓舟云州市政协委员：", "林晓舟"),
        ("林晓舟县人大代表：", "林晓舟"),
        ("县人大代表林晓舟：", "林晓舟"),
        ("政协委员方一舟、林晓舟：", "方一舟、林晓舟"),
        ("县政协委员联络组：", "县政协委员联络组"),
        ("市政协提案委员会：", "市政协提案委员会"),
        ("尊敬的林晓舟代表，您好：", "林晓舟"),
        ("林晓舟委员您好：", "林晓舟"),
        ("林晓舟代表等10人：", "林晓舟等10人"),
        ("林晓舟代表（第一代表团）：", "林晓舟"),
        ("代表林晓舟：", "林晓舟"),
        ("尊敬的政协委员林晓舟：", "林晓舟"),
        ("林晓舟副主席：", "林晓舟副主席"),
        ("致公党云州市委会：", "致公党云州市委会"),
        ("云州代表团：", "云州代表团"),
        ("致林晓舟委员：", "林晓舟"),
        ("林晓舟委员；", "林晓舟"),
        ("林晓舟委员，", "林晓舟"),
        ("林晓舟委员、方一舟委员：", "林晓舟、方一舟"),
        ("市卫生健康委员会：", "市卫生健康委员会"),
    ],
)
def test_who_proposed(hail: str, proposer: str) -> None:
    assert head(hail=hail, title="关于提案的答复").proposer == proposer


@pytest.mark.parametrize(
    ("day", "signed"),
    [
        ("二〇二二年六月九日", date(2022, 6, 9)),
        ("2022.6.9", date(2022, 6, 9)),
        ("2022-06-09", date(2022, 6, 9)),
        ("2022524", date(2022, 5, 24)),
        ("2022年13月9日", None),
        ("二〇二二年三四月九日", None),
        ("", None),
    ],
)
def test_the_day_of_signature(day: str, signed: date | None) -> None:
    assert head(day=day).reply_date == signed


def test_the_pages_day_is_never_the_letters() -> None:
    head_of_page = "<html><head><meta name='PubDate' content='2022-07-01'></head><body>"
    page = head_of_page + "<p>市工商联：</p><p>来信收悉，现答复如下：</p></body></html>"
    found = read(page.encode(), "page").header
    assert (found.reply_date, found.page_date) == (None, date(2022, 7, 1))


@pytest.mark.parametrize(
    "mark",
    [
        "[办理结果标注（B）]",
        "（办理类型：B1类）",
        "别：B类",
        "类 别：B",
        "答复分类标识（B）",
        "办复等次：B",
        "B类同意公开",
        "B 主动公开",
        "办理结果：B（列入计划）",
        "答复类别 B",
        "B（公开）",
        "属性：B",
        "B类：计划解决",
    ],
)
def test_the_class_mark_as_other_offices_print_it(mark: str) -> None:
    found = head(number=f"云水案〔2022〕8号\n{mark}").classification
    assert found is not None
    assert found[0] == "B"


def test_a_class_mark_beside_the_number() -> None:
    assert head(number="云水案〔20228  B同意公开").classification == "B"


@pytest.mark.parametrize(
    ("page", "day"),
    [
        (["• 0001/2022-1", "• 云州市水务局", "• 2022-07-01", "• 2022-07-01"], date(2022, 7, 1)),
        (["• 2022-06-30", "• 2022-07-01"], date(2022, 7, 1)),
        (["• 发布日期", "  2022-07-01", "• 时效性", "  有效"], date(2022, 7, 1)),
        (["• 2021-06-30", "• 2022-07-01"], None),
        (["2022-7-1 00:00| 发布者： 云州县政府| 查看： 17| 评论： 0"], date(2022, 7, 1)),
    ],
)
def test_the_pages_day_without_a_label(page: list[str], day: date | None) -> None:
    found = of(*page, "关于第118号提案的答复", "市工商联：", LONG, "我局将于年底前疏通河道。")
    assert (found.reply_date, found.page_date) == (None, day)


@pytest.mark.parametrize("mark", ["B类", "（B）", "办理结果：B", "办理类别：B类", "办复类别：B1", "类别：Ｂ"])
def test_the_class_mark(mark: str) -> None:
    found = head(number=f"云水案〔2022〕8号\n{mark}").classification
    assert found is not None
    assert found[0] in "BＢ"


def test_a_class_mark_below_the_letter_stands_behind_its_label() -> None:
    assert head(tail="（联系人：方一舟）\n办理类别：B类").classification == "B"


def test_the_fullest_name_of_the_replying_unit() -> None:
    assert head(title="区城管局关于提案的答复", sign="澜江区城市管理局").replying_unit == "澜江区城市管理局"
    assert head(title="对提案的答复", number="来源：云州市水务局", sign="市水务局").replying_unit == "云州市水务局"


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("关于市政协五届二次会议第118号提案的答复（水务局）", "水务局"),
        ("关于市政协五届二次会议第118号提案的答复 云州市水务局", "云州市水务局"),
        ("澜江街道关于市政协五届二次会议第118号提案的答复", "澜江街道"),
        ("云州市交警大队关于市政协五届二次会议第118号提案的答复", "云州市交警大队"),
        ("澜江镇关于市政协五届二次会议第118号提案的答复", "澜江镇"),
    ],
)
def test_the_unit_of_a_title(title: str, unit: str) -> None:
    assert head(title=title, sign="", day="", tail="").replying_unit == unit


@pytest.mark.parametrize("sign", ["澜江街道", "澜江区公安分局交通警察大队", "云州市河道管理处", "澜江镇", "云州银行"])
@pytest.mark.parametrize("gap", ["\n", " "])
def test_who_may_sign(sign: str, gap: str) -> None:
    found = head(title="关于第118号提案的答复", sign="", day=f"{sign}{gap}2022年6月9日")
    assert (found.replying_unit, found.reply_date) == (sign, date(2022, 6, 9))


@pytest.mark.parametrize(
    ("sign", "day"),
    [
        ("云州市水务局（盖章）", "2022年6月9日"),
        ("（云州市水务局代章）", "2022年6月9日"),
        ("单位：云州市水务局", "日期：2022年6月9日"),
        ("答复单位：云州市水务局", "答复时间：2022年6月9日"),
        ("云州市水务局", "2022年6月9号"),
        ("云  州  市  水  务  局", "2022 年 6 月 9 日"),
    ],
)
def test_signatures(sign: str, day: str) -> None:
    found = head(title="关于第118号提案的答复", sign=sign, day=day, tail="")
    assert (found.replying_unit, found.reply_date) == ("云州市水务局", date(2022, 6, 9))


@pytest.mark.parametrize(
    "site",
    ["开云手机web版登录入口", "环球国际（中国）官方网站 ", "乐鱼体育官网", "爱游戏app下载", "某某国际网页版登录入口"],
)
def test_the_name_of_a_site_is_no_place(site: str) -> None:
    found = head(
        title="关于第118号提案的答复",
        hail=f"{site}消防救援大队：",
        opening="林晓舟委员提出的《关于消防的提案》收悉，现答复如下：",
        sign=f"{site}水务局",
    )
    assert (found.co_units, found.replying_unit) == (("消防救援大队",), "水务局")


@pytest.mark.parametrize("name", ["半岛体育局", "星空公园管理处", "市政务服务网登录入口管理中心"])
def test_a_place_may_be_named_like_a_site(name: str) -> None:
    assert head(title="关于第118号提案的答复", sign=name).replying_unit == name


def test_a_planted_name_stays_in_the_words_of_the_letter() -> None:
    line = "开云体育官网教育局将于年底前建成学校2所。"
    found = read(f"关于提案的答复\n林晓舟委员：\n{LONG}\n{line}\n云州市教育局\n2022年6月9日".encode(), "letter")
    assert line.rstrip("。") in found.document.text
    assert all(each.quote in found.document.text for each in found.candidates)


def test_the_opinion_of_a_co_handler_is_addressed_to_the_lead() -> None:
    found = head(
        title="关于市政协五届二次会议第118号提案的会办意见",
        hail="市卫生健康委员会：",
        opening="市政协五届二次会议第118号提案《关于病历互通的提案》由你委主办、我局会办。现提出会办意见如下：",
    )
    assert (found.kind, found.proposer, found.co_units) == ("会办意见", None, ("市卫生健康委员会",))


def test_a_short_opinion_keeps_its_addressee() -> None:
    found = head(
        title="关于市政协六届一次会议第162号提案的协办意见",
        hail="市教育局：",
        opening="现就市政协六届一次会议第162号提案《关于研学旅行的提案》提出以下协办意见：",
    )
    assert (found.co_units, found.session) == (("市教育局",), "市政协六届一次会议")


def test_the_opening_names_who_proposed_and_who_helps() -> None:
    joint = head(
        title="市税务局关于第188号提案的会办意见",
        hail="市工业和信息化局：",
        opening="民建市委提出的《关于支持企业的提案》（第188号）由贵局主办，我局会办。现将会办意见函告如下：",
    )
    assert (joint.proposer, joint.co_units) == ("民建市委", ("市工业和信息化局",))
    lead = head(opening="您提出的《关于公园的提案》，由我局主办，市财政局、市公安局协办。现答复如下：")
    assert lead.co_units == ("市财政局", "市公安局")


def test_of_two_contacts_the_one_who_handles() -> None:
    found = head(tail="联系人：甘棠 电话：0999-5550001\n承办人：陶知行 电话：0999-5550002")
    assert (found.contact_name, found.contact_phone) == ("陶知行", "0999-5550002")


@pytest.mark.parametrize("phone", ["13900000001", "0999-5550777", "5550777", "0999-5550777-8012"])
def test_telephones_are_whole(phone: str) -> None:
    assert head(tail=f"联系人：方一舟，联系电话：{phone}").contact_phone == phone


def test_a_unit_may_have_been_asked_in_one_word() -> None:
    found = head(opening="您提出的提案收悉。我局商市公安局、市财政局后，现答复如下：")
    assert found.co_units == ("市公安局", "市财政局")


def test_values_keep_the_letters_own_characters_without_residue() -> None:
    found = head(
        hail="市臺聯:", opening="貴會(huì)提出的《關(guān)于疏通河道的提案》收悉,現(xiàn)答復(fù)如下:", title=""
    )
    assert (found.proposer, found.proposal_title) == ("市臺聯", "關于疏通河道的提案")


LONG = "贵会提出的《关于疏通河道的提案》收悉，现答复如下："


def of(*lines: str) -> Header:
    return read("\n".join(lines).encode(), "letter").header


@pytest.mark.parametrize(
    "title",
    ["关于第118号提案的会办意见", "关于第118号提案协办件的答复", "关于协办市政协五届二次会议第118号提案的函"],
)
@pytest.mark.parametrize(
    ("opening", "proposer"),
    [
        ("现将林晓舟委员《关于疏通河道的提案》的协办意见送上：", "林晓舟"),
        ("林晓舟委员所提出的《关于疏通河道的提案》已收悉，现答复如下：", "林晓舟"),
        ("我局收到配合贵局办理由云州区消防救援大队林晓舟委员提出的提案，现答复如下：", "林晓舟"),
        ("您局转来的提案收悉，现提出意见如下：", None),
    ],
)
def test_the_lead_unit_is_never_the_proposer(title: str, opening: str, proposer: str | None) -> None:
    found = head(title=title, hail="市住房和城乡建设局：", opening=opening)
    assert (found.proposer, found.co_units, found.kind) == (proposer, ("市住房和城乡建设局",), "会办意见")


def test_a_unit_named_in_a_form_is_no_sign_of_an_opinion() -> None:
    found = head(number="会办单位：市财政局、市教育局", opening=LONG)
    assert (found.kind, found.proposer, found.co_units) == ("提案", "市工商联", ("市财政局", "市教育局"))


def test_a_salutation_without_a_colon() -> None:
    assert head(hail="林晓舟委员", opening="您提出的《关于疏通河道的提案》收悉。").proposer == "林晓舟"


@pytest.mark.parametrize(
    "opening",
    [
        "在市政协五届二次会议上提出的关于疏通河道的提案》（第118号）收悉，现答复如下：",
        "关于您提出的《关于疏通河道的提案》，现答复如下：",
        "收到《关于疏通河道的提案》后，我局高度重视。现答复如下：",
    ],
)
def test_a_salutation_without_a_colon_before_other_openings(opening: str) -> None:
    assert head(hail="林晓舟代表", opening=opening).proposer == "林晓舟"


def test_a_salutation_before_no_opening() -> None:
    assert head(hail="林晓舟、方一舟委员：", opening="根据全市河道规划，").proposer == "林晓舟、方一舟"


@pytest.mark.parametrize("edge", ["", "| 问题答复： | "])
def test_a_salutation_inside_a_line(edge: str) -> None:
    found = of(f"{edge}对市政协五届二次会议第118号提案的答复 林晓舟委员： 您提出的《关于疏通河道的提案》收悉。")
    assert (found.proposer, found.proposal_number, found.proposal_title) == ("林晓舟", "118", "关于疏通河道的提案")


def test_a_title_broken_over_two_lines() -> None:
    found = of("关于政协云州市第五届委员会", "第二次会议第118号提案答复的函", "林晓舟委员：", "您提出的提案收悉。")
    assert (found.session, found.proposal_number) == ("政协云州市第五届委员会第二次会议", "118")
    assert found.replying_unit is None


@pytest.mark.parametrize(
    ("title", "session"),
    [
        ("2023年云州市五届政协第二次会议《关于疏通河道的提案》（36号）的答复", "云州市五届政协第二次会议"),
        ("关于协办云州区第二届委员会第五次会议第118号提案的函", "云州区第二届委员会第五次会议"),
        ("云州县水利局关于答复县十七届人大三次会议第118号建议的函", "县十七届人大三次会议"),
        ("云州县水利局关于办复县政协十届二次会议第118号提案的函", "县政协十届二次会议"),
        ("云州县水利局关于主办县政协十届二次会议第118号提案的答复", "县政协十届二次会议"),
        ("云州市水务局关于云州市人大第八届 委员会第三次会议第118号建议的答复", "云州市人大第八届委员会第三次会议"),
    ],
)
def test_sessions(title: str, session: str) -> None:
    assert head(title=title).session == session


def test_a_number_without_its_first_sign() -> None:
    found = of("对云州市政协第五届第一次会议203号提案的答复", "一、已做的工作", "1、我局已完成普查。")
    assert found.proposal_number == "203"


def test_a_title_that_lost_a_bracket_or_stands_behind_a_letter() -> None:
    assert head(opening="您提出的《关于疏通河道的提案收悉，现答复如下：").proposal_title == "关于疏通河道的提案"
    assert head(opening="您的来信《关于疏通河道的建议》收悉，现答复如下：").proposal_title == "关于疏通河道的建议"


@pytest.mark.parametrize(
    "opening",
    [
        "收到《关于疏通河道的提案》（自编号027号）后，我局高度重视。现答复如下：",
        "《关于疏通河道的提案》收悉后，我局高度重视，现答复如下：",
        "在市政协五届二次会议上提出的关于疏通河道的提案》（第42号）已收悉，现答复如下：",
        "您在市政协五届二次会议上提出的关于疏通河道的提案已收悉，现答复如下：",
        "您提出的“关于疏通河道的提案》收悉，现答复如下：",
        '您提出的"关于疏通河道的提案"收悉，现答复如下：',
        "您提出的<关于疏通河道的提案>收悉，现答复如下：",
        "您提出的【关于疏通河道的提案】收悉，现答复如下：",
    ],
)
def test_titles_of_proposals(opening: str) -> None:
    assert head(opening=opening).proposal_title == "关于疏通河道的提案"


def test_a_title_of_two_halves_without_quotes() -> None:
    opening = "您提出的关于加强管理，疏通河道的提案收悉，现答复如下："
    assert head(opening=opening).proposal_title == "关于加强管理，疏通河道的提案"


@pytest.mark.parametrize(
    ("opening", "proposer"),
    [
        ("林晓舟委员提出的《关于托育的提案》收悉。经研究，现答复如下：", "林晓舟"),
        ("林晓舟，方一舟等2位委员提出的《关于托育的提案》收悉，现答复如下：", "林晓舟，方一舟等2位"),
        (
            "农工党云州总支、第四界别活动组、林晓舟等委员在市政协五届二次会议上提出的《关于托育的提案》收悉，现答复如下：",
            "农工党云州总支、第四界别活动组、林晓舟等",
        ),
        ("古丽·阿不都、林晓舟代表联名提出的《关于托育的建议》收悉，现答复如下：", "古丽·阿不都、林晓舟"),
        ("市政协五届二次会议提出的《关于托育的提案》（第118号）已转由我局协办。现函复如下：", None),
    ],
)
def test_an_office_that_is_told_of_anothers_proposal_has_the_lead(opening: str, proposer: str | None) -> None:
    title = "云州镇关于第118号提案协办意见的函" if proposer is None else "云州镇关于第118号提案答复的函"
    found = head(title=title, hail="区卫生健康局：", opening=opening, sign="云州镇人民政府")
    assert (found.proposer, found.co_units) == (proposer, ("区卫生健康局",))


@pytest.mark.parametrize("hail", ["市工商联", "农工党云州市委员会", "市政协提案委员会", "民盟云州市委", "团市委"])
def test_who_may_propose_has_not_the_lead(hail: str) -> None:
    assert head(hail=f"{hail}：", opening="林晓舟委员提出的《关于托育的提案》收悉，现答复如下：").proposer == hail


@pytest.mark.parametrize(
    ("said", "units"),
    [
        ("收悉。经商工业和信息化部、财政部和商务部，", ("工业和信息化部", "财政部", "商务部")),
        ("收悉。我部商国家发展改革委、财政部，", ("国家发展改革委", "财政部")),
        ("收悉。经商教育和体育局、自然资源和规划局，", ("教育和体育局", "自然资源和规划局")),
        ("收悉。我局会同市林业和草原局和市水利局，", ("市林业和草原局", "市水利局")),
        ("收悉。我局综合市民政局、市财政局会办意见，", ("市民政局", "市财政局")),
        ("收悉，协办单位为市民政局、市财政局。", ("市民政局", "市财政局")),
        ("由我局主办，市民政局、市财政局分别会办。", ("市民政局", "市财政局")),
        ("由我局主办，市民政局为协办单位。", ("市民政局",)),
        ("由我局牵头，住建、生态环境部门协办。", ("住建部门", "生态环境部门")),
        ("（第118号提案）已转由我局办理。", ()),
        ("收悉。我局负责人曾经商议此事，", ()),
        ("收悉。现就从事经商活动，", ()),
    ],
)
def test_with_whom_it_was_handled(said: str, units: tuple[str, ...]) -> None:
    assert head(opening=f"您提出的《关于河道的提案》{said}现答复如下：").co_units == units


def test_who_helps_may_stand_below_the_opening_and_a_unit_of_the_plans_does_not() -> None:
    later = "根据方案要求，由我局牵头，市民政局、市财政局协办的提案纳入重点提案，我局将与市水利局加强协调。"
    lines = ("关于提案的答复", "方一舟委员：", "您提出的《关于河道的提案》收悉，现答复如下：", later)
    assert of(*lines, "云州市水务局", "2022年6月9日").co_units == ("市民政局", "市财政局")
    one_line = "方一舟委员： 您提出的《关于河道的提案》收悉，现答复如下： 我局将与市财政局沟通。"
    assert of("关于提案的答复", one_line, "云州市水务局", "2022年6月9日").co_units == ()


@pytest.mark.parametrize("title", ["关于提案答复的函（编号：B〔2017〕084号）", "关于提案答复的函（编号：B[2017]84号）"])
def test_a_letter_of_a_number_is_no_class(title: str) -> None:
    assert head(title=title, number="").classification is None


@pytest.mark.parametrize(
    ("end", "day"),
    [
        ("二00九年九月二日", date(2009, 9, 2)),
        ("承办单位：云州市水务局 负责人： 二〇二二年六月九日", date(2022, 6, 9)),
        ("云州市水务局 2022年6月9日", date(2022, 6, 9)),
    ],
)
def test_other_days_of_signature(end: str, day: date) -> None:
    found = of(
        "关于第118号提案的答复", "市工商联：", LONG, "我局将疏通河道。", "联系电话：5550166", f"云州市水务局\n{end}"
    )
    assert (found.reply_date, found.replying_unit) == (day, "云州市水务局")


def test_the_day_of_a_form_is_the_letters() -> None:
    found = of("答复时间 | 2019-10-25 | ||", "答复部门 | 省水利厅 | ||", "林晓舟委员：", "您提出的建议收悉。")
    assert (found.reply_date, found.replying_unit) == (date(2019, 10, 25), "省水利厅")


@pytest.mark.parametrize(
    ("above", "below", "unit"),
    [
        ("首页 > 信息公开 > 云州市水务局 > 建议提案", "", "云州市水务局"),
        ("发布机构： 市水务局（市河长办） 主题分类：水利", "", "市水务局（市河长办）"),
        ("发布机构：水务局 字体：[大]", "", "水务局"),
        ("| 发布机构 | 云州市水务局 |", "", "云州市水务局"),
        ("", "云州市水务局办公室 2022年6月9日印发", "云州市水务局"),
        ("", "2022年6月9日\n联系单位：云州市水务局", "云州市水务局"),
        (
            "",
            "市水务局坚持疏堵结合，完成河道清淤，整治排口，治理黑臭水体，群众反映良好，成效明显，欢迎监督。",
            "市水务局",
        ),
        ("", "我局已完成清淤。市水务局坚持疏堵结合，整治排口，治理黑臭水体，群众反映良好，成效明显，欢迎监督。", None),
        ("来源：云州市政府建议提案办", "", None),
        ("• 0001/2022-1\n  • 云州市水务局\n  • 综合，政务，建议", "", "云州市水务局"),
        ("• 云州市教育局\n• 云州市水务局", "", None),
        ("• 发布机构：\n• 云州市水务局\n• 成文日期：\n• 2022-06-09", "", "云州市水务局"),
        ("", "联系人姓名及电话：何小满 13900000001 云州县水利局 2022年", "云州县水利局"),
        ("", "联系人：何小满 0999-5550188 澜江街道", "澜江街道"),
        (
            "",
            "水利部会同财政部实施河道整治，中央财政安排补助资金，支持地方开展清淤疏浚，成效明显，群众满意，欢迎监督。",
            "水利部",
        ),
    ],
)
def test_the_unit_of_a_letter_without_a_signature(above: str, below: str, unit: str | None) -> None:
    text = "\n".join(filter(None, (above, "关于第118号提案的答复", "市工商联：", "来函收悉，现答复如下：", below)))
    assert of(text).replying_unit == unit


@pytest.mark.parametrize(
    ("tail", "name", "phone"),
    [
        ("承 办 人：何小满\n联系方式：5550188", "何小满", "5550188"),
        ("人：何小满\n联系电话：0999─5550188", "何小满", "0999─5550188"),
        ("联系单位及电话：市水务局（市河长办）      0999-5550188", None, "0999-5550188"),
        ("承办人：何 满\n电话：5550188", "何满", "5550188"),
        ("承办人：何 小 满 联系电话：5550188", "何小满", "5550188"),
        ("承办负责人：陶知行\n承办人：何 满\n电话：5550188", "何满", "5550188"),
        ("主管领导姓名：陶知行 联系电话：5550001\n具体经办人姓名：何 满 联系电话：5550188", "何满", "5550188"),
        ("：何小满          联系电话：5550188", "何小满", "5550188"),
        ("联系人：何小满科长，5550188", "何小满", "5550188"),
        ("联系人：水利科副科长何小满 5550188", "何小满", "5550188"),
        ("联系人：水利科 5550188", None, "5550188"),
        ("联络员及电话：何小满 5550188", "何小满", "5550188"),
        ("联络员：何小满，手机：139 0000 0001", "何小满", "13900000001"),
        ("分管领导：陶知行 5550001\n具体承办人：何小满 5550188", "何小满", "5550188"),
        ("承办科室：水利科  经办人：何小满  联系电话：（0999）5550188", "何小满", "（0999）5550188"),
        ("联系人：水利科何小满，电话：5550188", "何小满", "5550188"),
        ("（联系人：何小满同志，电话：5550188）", "何小满", "5550188"),
        ("联系人：古丽·阿不都热合曼 TEL：5550188", "古丽·阿不都热合曼", "5550188"),
    ],
)
def test_contacts(tail: str, name: str | None, phone: str) -> None:
    found = head(tail=tail)
    assert (found.contact_name, found.contact_phone) == (name, phone)


def test_a_contact_above_the_signature() -> None:
    lines = (LONG, "我局将疏通河道3公里，请您继续关心和支持水务工作，并多提宝贵意见。", "办复类别：B类")
    found = of(
        "关于提案的答复", "市工商联：", *lines, "联系人：何小满", "联系电话：5550188", "云州市水务局", "2022年6月9日"
    )
    assert (found.contact_name, found.contact_phone, found.classification) == ("何小满", "5550188", "B")
