"""What the review says, in Chinese and English."""

HELP = {
    "zh": "y 确认  e 修改  s 拆分  m 与下一条合并  x 删除  n 跳过  u 撤销  q 退出",
    "en": "y confirm  e edit  s split  m merge with the next  x drop  n skip  u undo  q quit",
}
FIELDS = {
    "zh": {
        "title": "事项", "lead": "主办", "support": "会办", "due": "时限", "strength": "力度",
    },
    "en": {
        "title": "Title", "lead": "Lead", "support": "Support", "due": "Due", "strength": "Strength",
    },
}  # fmt: skip
SAID = {
    "zh": {
        "asked": "函中未写明主办单位，请输入",
        "date": "时限是否如此？回车接受，或输入日期，- 表示没有",
        "where": "从哪几个字起拆为第二条",
        "none": "没有可撤销的操作",
        "last": "后面没有可合并的草稿",
        "field": "改哪一项（t 事项 l 主办 s 会办 d 时限 f 力度）与新内容，如 d 2019-12-31",
        "done": "确认 {confirmed} 条，删除 {dropped} 条，尚余 {left} 条草稿",
        "new": "登记新部门 {name}？(y/n)",
        "lost": "原文中没有这几个字",
    },
    "en": {
        "asked": "The letter does not say who leads; who does",
        "date": "Is this date meant? Enter accepts; or a date, or - for none",
        "where": "The first words of the second part",
        "none": "Nothing to undo",
        "last": "No draft follows to merge with",
        "field": "Field (t title, l lead, s support, d due, f strength) and its content, such as d 2019-12-31",
        "done": "{confirmed} confirmed, {dropped} dropped, {left} drafts left",
        "new": "Enter the new department {name}? (y/n)",
        "lost": "These words are not in the quote",
    },
}
NOTES = {  # how a note of the reader begins, and what a Chinese terminal says instead
    "recurs": "逐年开展，此为首次核对",
    "read strictly": "按字面计，常指当月（季、年）底，请核实",
    "start plus": "由起始时间加工期推算，请核实",
    "the date stands": "时限见后文",
    "the day before": "节日前一日",
    "the letter gives no": "函中无从推算",
}
