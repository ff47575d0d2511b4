"""What the workbook says besides the ledger: titles, the page's foot, the notes for whoever fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language. ``title`` and the first note take ``unit`` and ``day``."""

    sheet: str
    title: str
    day: str
    font: str
    page: str
    colon: str
    notes_sheet: str
    choices: str
    notes: Sequence[str]


ZH = Words(
    sheet="台账",
    title="{unit}承诺事项台账（截至{day}）",
    day='yyyy"年"m"月"d"日"',
    font="宋体",
    page="&C第 &P 页，共 &N 页",
    colon="：",
    notes_sheet="填写说明",
    choices="选项",
    notes=(
        "本工作簿由“一诺”导出，为{day}的台账。",
        "可在其中修改、增补，存为 .xlsx 后用 tracker ledger load 文件名.xlsx 读回。",
        "一行一条。新增的行编号留空，由程序编号；文号、事项、主办必须填写。",
        "答复函和各单位须先登记。",
        "灰底表头的列（序号、提案号、进度、最近进展）由程序算出，只供查看，读回时不看。",
        "日期可写成日期或 2019年12月31日。到期日与复核日期只填一个。",
        "会办单位不止一个的，用“；”隔开。量化目标一行一个，如：城市社区创建比例：0→10 %。",
        "空着的格子表示不改动，不会清除台账里的内容。内容有变的，先列出差别，加 --update 才更新。",
        "状态、结果、销号日期等由办理命令改变，不能靠本表修改。",
        "列可以删去、调换次序（文号、事项、主办三列须留）；自己加的列（如备注）不读入；不要使用公式。",
    ),
)
EN = Words(
    sheet="Ledger",
    title="{unit}: ledger of commitments (as of {day})",
    day="d mmm yyyy",
    font="Calibri",
    page="&CPage &P of &N",
    colon=": ",
    notes_sheet="Notes",
    choices="Choices",
    notes=(
        "Exported by Yinuo: the ledger as of {day}.",
        "Change it, add to it, save it as .xlsx and read it back with tracker ledger load FILE.xlsx.",
        "One commitment a row. Leave the ref of a new row empty; document number, commitment and lead are needed.",
        "Letters and departments must be registered first.",
        "Columns with a grey heading (No., proposal, status, latest progress) are worked out and never read back.",
        "Write dates as dates or as 2019-12-31. Give a due date or a review date, not both.",
        "Put ; between supporting departments. One target on a line, such as: share of communities: 0→10 %",
        "An empty cell changes nothing and clears nothing. Changes are listed first; --update takes them.",
        "State, outcome and closing date are changed by report-done, close and reopen, not by this sheet.",
        "Columns may be moved and removed, but for document number, commitment, lead; yours are not read. No formulas.",
    ),
)
