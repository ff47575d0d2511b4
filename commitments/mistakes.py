"""What can be wrong with a value, a cell or a ledger file: the ends of sentences, in the languages of the glossary.

A sentence begins with its place (file, row and column, or option) and ends with a stop; both are added by who says it.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from commitments.errors import Choice, Mistake
from commitments.i18n import meanings

_SAID: Mapping[str, tuple[str, str, str]] = {  # columns in the order of LOCALES
    "no_date": (
        "{text} 不是日期；请写成 2019-12-31 或 2019年12月31日",
        "{text} 不是日期；請寫成 2019-12-31 或 2019年12月31日",
        "{text} is not a date; write it like 2019-12-31 or 2019年12月31日",
    ),
    "no_bases": (
        "{value} 没有写明各会办单位的依据；请写成 市委组织部：答复函写明",
        "{value} 沒有寫明各會辦單位的依據；請寫成 市委組織部：答復函寫明",
        "{value} does not say how each unit is known; write it like 市委组织部：named",
    ),
    "no_such_day": (
        "{text} 在日历上不存在；请写成 2019-12-31 这样的日期",
        "{text} 在日曆上不存在；請寫成 2019-12-31 這樣的日期",
        "{text} is not a day of the calendar; write it like 2019-12-31",
    ),
    "no_year": (
        "{text} 没有写明公历年份，在这里不能作为日期；请写成 2019-12-31",
        "{text} 沒有寫明公曆年份，在這裏不能作為日期；請寫成 2019-12-31",
        "{text} is not a date without its year here; write it like 2019-12-31",
    ),
    "unclear_date": (
        "{text} 的读法不确定，可能是 {readings}；请写全日期",
        "{text} 的讀法不確定，可能是 {readings}；請寫全日期",
        "{text} is not clear; it may be {readings}: write the whole date",
    ),
    "far_day": (
        "{day} 不在{first}年至{last}年之间；请改正",
        "{day} 不在{first}年至{last}年之間；請改正",
        "{day} lies outside the years {first} to {last}; correct it",
    ),
    "no_end": (
        "{day} 不在{first}年至{last}年之间；没有期限的事项不填期限，或者改填复核日期",
        "{day} 不在{first}年至{last}年之間；沒有期限的事項不填期限，或者改填復核日期",
        "{day} lies outside the years {first} to {last}; without an end give no deadline, or a review date instead",
    ),
    "no_text": (
        '{value} 不是文字；请加引号写成 "{value}"',
        '{value} 不是文字；請加引號寫成 "{value}"',
        '{value} is not text; write it in quotes: "{value}"',
    ),
    "too_long": (
        "有{found}个字符，超过{most}个；请精简",
        "有{found}個字符，超過{most}個；請精簡",
        "holds {found} characters, more than {most}; shorten it",
    ),
    "control": (
        "含控制字符 {code}；请删去",
        "含控制字符 {code}；請刪去",
        "holds the control character {code}; remove it",
    ),
    "line_break": (
        "含换行或制表符；请写成一行",
        "含換行或製表符；請寫成一行",
        "holds a line break or a tab; write it on one line",
    ),
    "bad_name": (
        "{value!r} 含 |、; 或 ；；请去掉",
        "{value!r} 含 |、; 或 ；；請去掉",
        "{value!r} holds | or ; or ；; name it without them",
    ),
    "empty_ref": (
        "为空；请写成 2019-1007-03 这样的编号，或者不写这一项",
        "為空；請寫成 2019-1007-03 這樣的編號，或者不寫這一項",
        "is empty; give a ref like 2019-1007-03 or leave it out",
    ),
    "bad_ref": (
        "{value!r} 不能作编号；只能含文字、数字和 - _ .，如 2019-1007-03",
        "{value!r} 不能作編號；只能含文字、數字和 - _ .，如 2019-1007-03",
        "{value!r} cannot be a ref; write letters, digits, - _ . only, such as 2019-1007-03",
    ),
    "no_list": (
        '{value} 不是列表；请写成 ["市民政局"]',
        '{value} 不是列表；請寫成 ["市民政局"]',
        '{value} is not a list; write it like ["市民政局"]',
    ),
    "no_number": (
        "{value!r} 不是数字；请写成 10 或 12.5，不加引号",
        "{value!r} 不是數字；請寫成 10 或 12.5，不加引號",
        "{value!r} is not a number; write it like 10 or 12.5, without quotes",
    ),
    "far_figure": (
        "{value} 超出可记的范围：不大于10的15次方，小数不超过6位；请改正，或者换一个单位",
        "{value} 超出可記的範圍：不大於10的15次方，小數不超過6位；請改正，或者換一個單位",
        "{value} is beyond what is kept: at most 10 to the 15th, with 6 decimals; correct it or choose another unit",
    ),
    "blank_file": (
        "文件是空的，或者只有空白",
        "文件是空的，或者只有空白",
        "the file is empty or holds blanks only",
    ),
    "negative": (
        "{value} 小于0；请写0或更大的数",
        "{value} 小於0；請寫0或更大的數",
        "{value} is negative; give 0 or more",
    ),
    "no_offset": (
        "{value!r} 不是间隔；请写成 30d、10wd 或 3m",
        "{value!r} 不是間隔；請寫成 30d、10wd 或 3m",
        "{value!r} is not a distance like -7wd, 30d or 3m",
    ),
    "bad_mailbox": (
        "{value!r} 不是可用的邮箱地址，请写成 office@gz.example（{why}）",
        "{value!r} 不是可用的郵箱地址，請寫成 office@gz.example（{why}）",
        "{value!r} is not a mailbox: {why}",
    ),
    "no_tables": (
        "不是一组表；请写 [[commitment.target]]",
        "不是一組表；請寫 [[commitment.target]]",
        "is not a list of tables; write [[commitment.target]]",
    ),
    "no_choice": (
        "{value!r} 不在可选值之内：{allowed}{hint}",
        "{value!r} 不在可選值之內：{allowed}{hint}",
        "{value!r} is not one of {allowed}{hint}",
    ),
    "perhaps": ("；是否指 {name}？", "；是否指 {name}？", "; perhaps {name} is meant"),
    "no_key": ("没有这一项{advice}", "沒有這一項{advice}", "there is no such key{advice}"),
    "remove": ("；请删去", "；請刪去", "; remove it"),
    "missing": ("没有填写；请补上", "沒有填寫；請補上", "is missing; give it"),
    "formula": ("是公式；请改为粘贴它的值", "是公式；請改為粘貼它的值", "holds a formula; paste its value instead"),
    "error_cell": ("显示错误 {shown}；请改正", "顯示錯誤 {shown}；請改正", "shows the error {shown}; correct it"),
    "date_cell": (
        "单元格是日期 {day}，可能是 3-1 一类的文字被表格程序改成了日期；请把单元格设为文本格式，再照函中的写法填写",
        "單元格是日期 {day}，可能是 3-1 一類的文字被表格程序改成了日期；請把單元格設為文本格式，再照函中的寫法填寫",
        (
            "is the date {day}, which a spreadsheet may have made of text such as 3-1; "
            "format the cell as text and write it again as the letter has it"
        ),
    ),
    "date_text": (
        "{value} 像是被表格程序改成日期的序号（如 3-1）；请把该列设为文本格式，再照函中的写法填写",
        "{value} 像是被表格程序改成日期的序號（如 3-1）；請把該列設為文本格式，再照函中的寫法填寫",
        (
            "{value} looks like an ordinal such as 3-1 that a spreadsheet made a date of; "
            "format the column as text and write it again as the letter has it"
        ),
    ),
    "number_cell": (
        "单元格是数值 {value}，表格程序可能改动过原来的写法（如 3.10、50%）；请把单元格设为文本格式后重新填写",
        "單元格是數值 {value}，表格程序可能改動過原來的寫法（如 3.10、50%）；請把單元格設為文本格式後重新填寫",
        (
            "is the number {value}, of which a spreadsheet may have changed the writing (3.10, 50%); "
            "format the cell as text and write it again"
        ),
    ),
    "truth_cell": (
        "单元格是逻辑值 {value}；请把单元格设为文本格式后重新填写",
        "單元格是邏輯值 {value}；請把單元格設為文本格式後重新填寫",
        "is the truth value {value}; format the cell as text and write it again",
    ),
    "no_target": (
        "{value!r} 不是量化目标；请写成 城市社区创建比例：0→10 %",
        "{value!r} 不是量化目標；請寫成 城市社區創建比例：0→10 %",
        "{value!r} is not a target; write it like 城市社区创建比例：0→10 %",
    ),
    "no_headings": (
        "没有找到表头；须有文号、事项、主办等列",
        "沒有找到表頭；須有文號、事項、主辦等列",
        "no headings were found; there must be 文号, 事项 and 主办 among them",
    ),
    "no_column": ("没有这一列{advice}", "沒有這一列{advice}", "there is no such column{advice}"),
    "column_twice": (
        "这一列出现了两次；请只留一列",
        "這一列出現了兩次；請只留一列",
        "the column stands there twice; keep one",
    ),
    "column_often": (
        "这一列出现了{times}次；请只留一列",
        "這一列出現了{times}次；請只留一列",
        "the column stands there {times} times; keep one",
    ),
    "column_missing": ("缺少这一列；请加上", "缺少這一列；請加上", "the column is missing; add it"),
    "too_wide": (
        "这一行的格子比表头多；请对齐",
        "這一行的格子比表頭多；請對齊",
        "has more cells than there are headings; even them out",
    ),
    "stray": (
        "所在的列没有表头；请补上表头，或者清空这一格",
        "所在的列沒有表頭；請補上表頭，或者清空這一格",
        "stands in a column without a known heading; name the column or empty it",
    ),
    "merged_identity": (
        "合并了单元格，而每条事项应各有自己的内容；请取消合并，逐行填写",
        "合併了單元格，而每條事項應各有自己的內容；請取消合併，逐行填寫",
        "is merged, but each commitment has its own; unmerge the cells and fill in each row",
    ),
    "merged_across": (
        "跨列合并了单元格；请取消合并，逐列填写",
        "跨列合併了單元格；請取消合併，逐列填寫",
        "is merged across columns; unmerge the cells and fill in each column",
    ),
    "aside": (
        "{columns} 不是台账的列，其内容未读入，只留在文件里",
        "{columns} 不是臺賬的列，其內容未讀入，只留在文件裏",
        "{columns}: not columns of the ledger; what they hold was not read and stays in the file only",
    ),
    "encoding": (
        "第{line}行：编码不是 UTF-8；请另存为 UTF-8",
        "第{line}行：編碼不是 UTF-8；請另存為 UTF-8",
        "line {line}: the encoding is not UTF-8; save the file as UTF-8",
    ),
    "encoding_csv": (
        "第{line}行：编码既不是 UTF-8 也不是 GB18030；请另存为 UTF-8",
        "第{line}行：編碼既不是 UTF-8 也不是 GB18030；請另存為 UTF-8",
        "line {line}: the encoding is neither UTF-8 nor GB18030; save the file as UTF-8",
    ),
    "utf16": (
        "文件是 UTF-16 编码；请另存为 UTF-8",
        "文件是 UTF-16 編碼；請另存為 UTF-8",
        "the file is encoded in UTF-16; save it as UTF-8",
    ),
    "csv": (
        "第{line}行：不能按 CSV 读取：{problem}；请改正这一行",
        "第{line}行：不能按 CSV 讀取：{problem}；請改正這一行",
        "line {line}: not readable as CSV: {problem}; correct that line",
    ),
    "suffix": (
        "文件名须以 .toml、.csv 或 .xlsx 结尾；请改名",
        "文件名須以 .toml、.csv 或 .xlsx 結尾；請改名",
        "the name must end in .toml, .csv or .xlsx; rename the file",
    ),
    "other_sheet": (
        "文件是 {suffix} 工作簿；请打开后另存为 .xlsx",
        "文件是 {suffix} 工作簿；請打開後另存為 .xlsx",
        "the file is an {suffix} workbook; open it and save it as .xlsx",
    ),
    "too_large": (
        "文件有 {size:,} 字节，超过 {most:,}（20 MiB）；请拆分",
        "文件有 {size:,} 字節，超過 {most:,}（20 MiB）；請拆分",
        "the file has {size:,} bytes, more than {most:,} (20 MiB); split it",
    ),
    "no_file": (
        "它不是普通文件；请给出文件名",
        "它不是普通文件；請給出文件名",
        "it is no regular file; name a file",
    ),
    "toml": (
        "文件不是有效的 TOML：{problem}；请改正该处",
        "文件不是有效的 TOML：{problem}；請改正該處",
        "the file is not TOML: {problem}; correct that place",
    ),
    "too_deep": (
        "第{line}行：数字过长或者键名层级过多；请改正这一行",
        "第{line}行：數字過長或者鍵名層級過多；請改正這一行",
        "line {line}: a number is too long or a key has too many parts; correct that line",
    ),
    "too_many": (
        "文件超过 {most:,} 行；请拆分",
        "文件超過 {most:,} 行；請拆分",
        "the file has more than {most:,} rows; split it",
    ),
    "unreadable": ("文件读不了：{problem}", "文件讀不了：{problem}", "the file cannot be read: {problem}"),
    "old_workbook": (
        "文件是旧格式 .xls 或者有密码；请打开后另存为不带密码的 .xlsx",
        "文件是舊格式 .xls 或者有密碼；請打開後另存為不帶密碼的 .xlsx",
        "the file is an old .xls or has a password; open it and save it as .xlsx without one",
    ),
    "no_workbook": (
        "文件不是 Excel 工作簿（.xlsx）或者已损坏；请打开后另存为 .xlsx",
        "文件不是 Excel 工作簿（.xlsx）或者已損壞；請打開後另存為 .xlsx",
        "the file is no Excel workbook (.xlsx) or is damaged; open it and save it anew as .xlsx",
    ),
    "no_sheet": (
        "工作簿里没有可见的工作表；请重新保存",
        "工作簿裏沒有可見的工作表；請重新保存",
        "the workbook shows no sheet; save it anew",
    ),
}
KEYS = tuple(_SAID)


def mistake(key: str, **facts: object) -> Mistake:
    """Return a mistake by its key, with the facts that fill its sentence."""
    return Mistake(_SAID[key], **facts)


def no_choice(group: str, value: object) -> Mistake:
    """Return the mistake of a word that stands for no value of a group of the glossary, with a near one."""
    known = [*meanings(group), *meanings(group).values()]
    near = get_close_matches(str(value), known, n=1) or [word for word in known if str(value) in word][:1]
    hint = mistake("perhaps", name=near[0]) if near and str(value) else ""
    return mistake("no_choice", value=value, allowed=Choice(group), hint=hint)


def sentences(key: str) -> tuple[str, str, str]:
    """Return the sentence in each language, unfilled."""
    return _SAID[key]
