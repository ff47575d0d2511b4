"""What belongs to the page is put aside; what belongs to the letter never is."""

import pytest

from commitments.letters.text.boilerplate import is_spam, put_aside

LETTER = [
    "云州市水务局关于市政协五届二次会议第118号提案的答复",
    "云水案〔2022〕8号",
    "办理结果：B",
    "市工商联：",
    "贵会提出的《关于疏通河道的提案》收悉，现答复如下：",
    "一、基本情况",
    "（一）建设智慧水务平台",
    "打印机共享服务由街道负责，来源于财政资金，我局将于年底前完成。",
    "云州市水务局",
    "2022年6月9日",
    "（联系人：方一舟，联系电话：0999-5550777）",
    "抄送：市政协提案委。",
]


@pytest.mark.parametrize(
    "junk",
    [
        "首页 > 政务公开 > 建议提案",
        "您当前的位置：首页",
        "当前位置：首页>公开",
        "发布时间：2022-07-01 10:00 来源：市水务局",
        "浏览次数：88",
        "2022-07-01 点击：56",
        "分享到： 微信 微博",
        "【打印】【关闭】",
        "打印本页",
        "上一篇：关于第3号提案的答复",
        "| 下一條:某縣對第95號建議的答復 |",
        "版权所有：某市人民政府",
        "ICP备00000000号",
        "网站标识码：0000000001",
        "主办单位：某市人民政府 联系电话：0999-5550001",
        "扫一扫在手机打开当前页",
        "相关阅读",
        "设为首页 | 加入收藏",
        "棋牌游戏下载 时时彩开奖 百家乐技巧",
        "索引号：0001/2022-1",
        "责任编辑：某某",
        "政府网站工作年度报表 | 网站地图",
    ],
)
@pytest.mark.parametrize("place", [0, 4, len(LETTER)])
def test_lines_of_a_page(junk: str, place: int) -> None:
    parted = put_aside([*LETTER[:place], junk, *LETTER[place:]])
    assert parted.aside == (junk,)
    assert list(parted.kept) == LETTER


def test_a_clean_letter_is_left_whole() -> None:
    assert put_aside(LETTER).aside == ()


def test_what_follows_the_letter_is_the_pages() -> None:
    parted = put_aside([*LETTER, "关于做好提案答复公开的通知", "云州市政府门户网站"])
    assert parted.aside == ("关于做好提案答复公开的通知", "云州市政府门户网站")


@pytest.mark.parametrize(
    "mark", ["（A类）", "(B1)", "（办理结果分类：A）", "（是否同意公开：是）", "C 类", "分类标记：B"]
)
def test_a_class_mark_above_the_salutation_is_the_letters(mark: str) -> None:
    letter = [*LETTER[:2], mark, *LETTER[3:], "公开方式：主动公开"]
    assert list(put_aside(letter).kept) == letter


def test_a_letter_printed_twice_is_read_once() -> None:
    long = [
        f"（{n}）我局将于年底前完成第{n}项工程，由市财政局会同有关部门落实资金，确保按期投入使用，群众满意。"
        for n in "一二三四"
    ]
    letter = [*LETTER[:6], *long, *LETTER[8:10]]
    parted = put_aside([*letter, *letter])
    assert list(parted.kept) == letter


@pytest.mark.parametrize("line", ["开展彩票公益金项目，建设养老中心。", "三、推进“双减”工作", "1.举办棋类比赛"])
def test_a_word_of_that_trade_is_no_advertising(line: str) -> None:
    assert not is_spam(line)


HEADLESS = [
    "一、关于河道",
    "我局已对全市河道普查一遍，建立河道台账，并将普查结果在门户网站公布，接受群众监督，欢迎查阅。",
]


@pytest.mark.parametrize(
    "line",
    [
        "关于对云州市政协五届二次会议",
        "云州市水务局对云州市第九届人民代表大会",
        "第118号建议的答复",
        "答  复",
        "复   函",
        "〔A〕",
        "〔公开〕",
        "同意对外公开",
        "类  别：C  类",
        "会议届次： 市政协五届二次会议",
        "云水函〔202218  A",
        "[办理结果标注（A1）]",
        "[是否同意公开（是）]",
        "别：A类",
        "答复类别（B）",
        "A类同意公开",
        "云水函〔2022〕18",
        "提案主办[2022]闭08号 签发人：何川",
        "会办单位：市财政局",
        "答复时间 | 2022-06-09 | ||",
    ],
)
def test_a_line_of_the_head_is_the_letters(line: str) -> None:
    letter = [*LETTER[:2], line, *LETTER[3:]]
    assert list(put_aside(letter).kept) == letter


@pytest.mark.parametrize(
    "line",
    [
        "领导签批：何  川",
        "领导署名：何川",
        "承 办 人：方一舟",
        "人：方一舟",
        "承办负责人：方一舟",
        "主管领导人姓名：何川 联系电话：5550001",
        "具体经办人姓名：方 舟 联系电话：5550188",
        "办理科室：水利科",
        "填报人：方一舟",
        "责任领导：何川",
        "办公电话：5550188",
        "邮 政 编 码：100000",
        "报：县政府办  人大联工委   承办单位： 县水务局",
        "分送：市政协提案委",
        "：方一舟       联系电话：5550188",
        "云州市水务局办公室 2022年6月9日印发",
        "承办单位：云州市水务局 负责人： 二〇二二年六月九日",
    ],
)
def test_a_line_of_the_tail_is_the_letters(line: str) -> None:
    assert list(put_aside([*LETTER, line]).kept) == [*LETTER, line]


@pytest.mark.parametrize(
    "end", [["云州市水务局"], ["联系电话：0999-5550777", "云州市水务局 2022年6月9日"], ["2022年6"]]
)
def test_the_end_of_a_letter_may_lack_the_day_or_stand_behind_the_contact(end: list[str]) -> None:
    letter = [*LETTER[:4], LETTER[4], HEADLESS[1], *end]
    assert list(put_aside(letter).kept) == letter


def test_behind_the_foot_of_a_page_nothing_is_the_letters() -> None:
    foot = ["主办单位：云州市人民政府办公室", "联系电话：0999-5550001", "云州市水务局"]
    parted = put_aside([*LETTER, *foot])
    assert (list(parted.kept), list(parted.aside)) == (LETTER, foot)


@pytest.mark.parametrize(
    "line",
    [
        "公开目录 建议提案办理结果 发布日期 2022-07-01",
        "| 公开目录 | 政协提案办理结果 | 发布日期 |",
        "发布机构云州市水务局",
        "• 提案，建议提案，提案答复函",
        "> 政务公开 > 公开目录",
        "议案（建议）办理",
        "建议、提案办理结果公开",
        "2022年政协提案办理",
        "人大代表建议办理情况",
        "来信内容 | 随着城市发展，河道淤积日益严重，建议有关部门尽快组织疏通，并加强日常管护，方便群众生活。",
        "索 引 号： 0001/2022-1",
    ],
)
def test_facts_of_the_page_above_the_letter(line: str) -> None:
    assert put_aside([LETTER[0], line, *LETTER[1:]]).aside == (line,)


@pytest.mark.parametrize("line", ["监督电话：12345", "咨询服务电话：0999-5550001", "信息发布人：某某"])
def test_a_telephone_of_the_page_is_none_of_the_letters(line: str) -> None:
    assert put_aside([*LETTER, line]).aside == (line,)


def test_headings_of_a_letter_without_a_salutation_stay() -> None:
    letter = [LETTER[0], *HEADLESS, "二、关于无障碍环境", HEADLESS[1].replace("河道", "坡道")]
    assert list(put_aside(letter).kept) == letter


def test_residue_hides_no_form() -> None:
    line = "聯(lián)系(xì)電話(huà)：0999-5550777"
    assert put_aside([*LETTER, line]).kept[-1] == line
