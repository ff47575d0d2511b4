"""The head of a letter, value by value; what it does not say is None."""

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
