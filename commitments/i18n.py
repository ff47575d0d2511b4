"""The words and dates people read, in their language.

One row per value with a column per written language, so that no word can be missing in one of them. Both Chinese
columns say the same words. Where one simplified character stands for several traditional ones, these are ours:
答復 (as reply letters in traditional characters have it), 復核, 核驗, 公布, 臺賬, 併入; links are 鏈接, weeks are 週.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import cache

from commitments.deadlines import Offset

LOCALES = ("zh-Hans", "zh-Hant", "en")

_WORDS: Mapping[str, Mapping[str, tuple[str, str, str]]] = {  # columns in the order of LOCALES
    "kind": {
        "pledge": ("下一步承诺", "下一步承諾", "pledge"),
        "open_item": ("未结事项", "未結事項", "open item"),
        "target": ("量化目标", "量化目標", "target"),
    },
    "strength": {
        "firm": ("明确承诺", "明確承諾", "firm"),
        "planned": ("计划安排", "計劃安排", "planned"),
        "conditional": ("附条件", "附條件", "conditional"),
        "soft": ("原则表态", "原則表態", "soft"),
    },
    "owner_basis": {
        "stated": ("答复函写明", "答復函寫明", "named in the letter"),
        "self": ("答复单位自办", "答復單位自辦", "the replying unit itself"),
        "inferred": ("推定", "推定", "inferred"),
    },
    "support_basis": {
        "named": ("答复函写明", "答復函寫明", "named in the letter"),
        "inferred": ("推定", "推定", "inferred"),
        "assigned": ("人工指定", "人工指定", "assigned by a person"),
    },
    "due_basis": {
        "stated": ("答复函写明", "答復函寫明", "stated in the letter"),
        "derived": ("由答复函推算", "由答復函推算", "derived from the letter"),
        "assumed": ("暂按惯例推定", "暫按慣例推定", "assumed"),
        "set": ("人工确定", "人工確定", "set by a person"),
    },
    "state": {
        "draft": ("待确认", "待確認", "draft"),
        "open": ("办理中", "辦理中", "open"),
        "reported_done": ("已报办结、待验收", "已報辦結、待驗收", "reported done, awaiting acceptance"),
        "closed": ("已销号", "已銷號", "closed"),
    },
    "outcome": {
        "kept": ("已兑现", "已兌現", "kept"),
        "partly_kept": ("部分兑现", "部分兌現", "partly kept"),
        "not_kept": ("未兑现", "未兌現", "not kept"),
        "merged": ("并入其他事项", "併入其他事項", "merged into another"),
        "withdrawn": ("撤回", "撤回", "withdrawn"),
    },
    "band": {
        "on_track": ("正常", "正常", "on track"),
        "due_soon": ("临近到期", "臨近到期", "due soon"),
        "due_today": ("今日到期", "今日到期", "due today"),
        "due_that_day": ("当日到期", "當日到期", "due on that day"),
        "overdue": ("逾期", "逾期", "overdue"),
        "review_due": ("待报进展", "待報進展", "progress report due"),
    },
    "role": {
        "lead": ("主办", "主辦", "lead"),
        "support": ("会办", "會辦", "support"),
        "escalation": ("督办", "督辦", "escalation"),
        "organisation": ("台账管理单位", "臺賬管理單位", "ledger office"),
        "proposer": ("提案单位", "提案單位", "proposing unit"),
    },
    "notice": {
        "assignment": ("新任务", "新任務", "new task"),
        "reminder": ("到期提醒", "到期提醒", "reminder"),
        "review": ("请报进展", "請報進展", "progress request"),
        "escalation": ("督办升级", "督辦升級", "escalation"),
        "done": ("待验收", "待驗收", "awaiting acceptance"),
        "closed": ("已销号", "已銷號", "closed"),
        "monthly_digest": ("办理情况月报", "辦理情況月報", "monthly report"),
        "status_digest": ("每周办理情况", "每週辦理情況", "weekly status"),
    },
    "notice_state": {
        "owed": ("待告知", "待告知", "owed"),
        "held": ("暂扣", "暫扣", "held"),
        "in_message": ("已入邮件", "已入郵件", "in a message"),
        "told": ("已告知", "已告知", "told"),
        "superseded": ("已被替代", "已被替代", "superseded"),
        "cancelled": ("已取消", "已取消", "cancelled"),
        "dead": ("投递失败", "投遞失敗", "dead"),
    },
    "message_state": {
        "frozen": ("待发送", "待發送", "frozen"),
        "sending": ("发送中", "發送中", "sending"),
        "retry": ("待重试", "待重試", "retry"),
        "unknown": ("结果不明", "結果不明", "unknown"),
        "sent": ("已发送", "已發送", "sent"),
        "cancelled": ("已取消", "已取消", "cancelled"),
        "dead": ("投递失败", "投遞失敗", "dead"),
    },
    "extension": {
        "waiting": ("待审批", "待審批", "waiting"),
        "approved": ("已批准", "已批准", "approved"),
        "refused": ("未批准", "未批准", "refused"),
    },
    "dispute": {
        "waiting": ("待处理", "待處理", "waiting"),
        "accepted": ("异议成立", "異議成立", "accepted"),
        "refused": ("异议不成立", "異議不成立", "refused"),
    },
    "grade": {
        "satisfied": ("满意", "滿意", "satisfied"),
        "partly": ("基本满意", "基本滿意", "partly satisfied"),
        "not_satisfied": ("不满意", "不滿意", "not satisfied"),
    },
    "action": {
        "add": ("立项", "立項", "added"),
        "confirm": ("确认", "確認", "confirmed"),
        "drop": ("删除草稿", "刪除草稿", "draft dropped"),
        "edit": ("更正", "更正", "corrected"),
        "progress": ("进展", "進展", "progress"),
        "extension_asked": ("申请延期", "申請延期", "extension asked"),
        "extended": ("同意延期", "同意延期", "extended"),
        "extension_refused": ("不同意延期", "不同意延期", "extension refused"),
        "report_done": ("报告办结", "報告辦結", "reported done"),
        "close": ("销号", "銷號", "closed"),
        "reopen": ("重新开启", "重新開啟", "reopened"),
        "due_moved": ("期限重算", "期限重算", "deadline computed again"),
        "department_add": ("登记部门", "登記部門", "department added"),
        "department_edit": ("更正部门", "更正部門", "department corrected"),
        "letter_add": ("登记答复函", "登記答復函", "letter added"),
        "letter_edit": ("更正答复函", "更正答復函", "letter corrected"),
        "digest_made": ("生成月报", "生成月報", "digest made"),
        "digest_approved": ("批准月报", "批准月報", "digest approved"),
        "outbox_retry": ("重发邮件", "重發郵件", "message tried again"),
        "outbox_release": ("放行", "放行", "released"),
        "outbox_cancel": ("取消", "取消", "cancelled"),
        "restore": ("恢复备份", "恢復備份", "restored"),
        "acknowledge": ("签收", "簽收", "receipt acknowledged"),
        "dispute": ("提出职责异议", "提出職責異議", "responsibility disputed"),
        "dispute_accepted": ("异议成立", "異議成立", "dispute accepted"),
        "dispute_refused": ("异议不成立", "異議不成立", "dispute refused"),
        "unit_answer": ("提案单位评价", "提案單位評價", "answer of the proposing unit"),
        "links_revoked": ("链接作废", "鏈接作廢", "links revoked"),
        "links_made": ("生成链接密钥", "生成鏈接密鑰", "link keys made"),
        "links_rotated": ("更换链接密钥", "更換鏈接密鑰", "link keys rotated"),
    },
    "kind_of_row": {
        "commitment": ("承诺事项", "承諾事項", "commitment"),
        "department": ("部门", "部門", "department"),
        "letter": ("答复函", "答復函", "letter"),
        "digest": ("月报", "月報", "digest"),
    },
    "noun": {
        "calendar": ("承诺事项日历", "承諾事項日曆", "commitments"),
        "due": ("到期", "到期", "due"),
        "heads": ("各单位负责同志", "各單位負責同志", "the heads of the departments"),
        "evidence": ("佐证材料", "佐證材料", "evidence"),
        "review": ("复核", "復核", "review"),
        "late": ("（登记时已逾期）", "（登記時已逾期）", "(overdue when entered)"),
        "provisional": ("（暂定）", "（暫定）", "(provisional)"),
        "receipt": ("签收", "簽收", "acknowledged"),
        "dispute": ("职责异议", "職責異議", "dispute"),
        "masked": ("已遮盖", "已遮蓋", "masked"),
    },
    "field": {
        "no": ("序号", "序號", "No."),
        "ref": ("编号", "編號", "Ref"),
        "letter": ("文号", "文號", "Document number"),
        "proposal_number": ("提案号", "提案號", "Proposal"),
        "section": ("章节", "章節", "Section"),
        "ordinal": ("函内序号", "函內序號", "Ordinal"),
        "kind": ("类别", "類別", "Kind"),
        "title": ("事项", "事項", "Commitment"),
        "quote": ("答复函原文", "答復函原文", "The letter says"),
        "entered_quote": ("录入原文", "錄入原文", "Words as entered"),
        "summary": ("答复要点", "答復要點", "In short"),
        "support_basis": ("会办依据", "會辦依據", "Supporters known from"),
        "strength": ("力度", "力度", "Strength"),
        "lead": ("主办", "主辦", "Lead"),
        "support": ("会办", "會辦", "Support"),
        "due_text": ("期限原文", "期限原文", "Deadline as written"),
        "due_on": ("到期日", "到期日", "Due"),
        "due_basis": ("期限依据", "期限依據", "Date known from"),
        "review_on": ("复核日期", "復核日期", "Review on"),
        "state": ("状态", "狀態", "State"),
        "band": ("进度", "進度", "Status"),
        "progress": ("最近进展", "最近進展", "Latest progress"),
        "outcome": ("结果", "結果", "Outcome"),
        "condition": ("前提", "前提", "Condition"),
        "owner_basis": ("责任依据", "責任依據", "Owner known from"),
        "due_rule": ("期限推算", "期限推算", "Computed"),
        "due_from": ("起算日", "起算日", "Counted from"),
        "due_offset": ("推算间隔", "推算間隔", "Distance"),
        "first_due_on": ("首次期限", "首次期限", "First due"),
        "reported_done_on": ("报办结日期", "報辦結日期", "Reported done on"),
        "closed_on": ("销号日期", "銷號日期", "Closed on"),
        "closing_note": ("销号说明", "銷號說明", "Closing note"),
        "target": ("量化目标", "量化目標", "Targets"),
        "mailbox": ("邮箱", "郵箱", "Mailbox"),
        "escalation": ("督办邮箱", "督辦郵箱", "Escalation mailbox"),
        "locale": ("语言", "語言", "Language"),
        "short_names": ("简称", "簡稱", "Short names"),
        "published_on": ("公布日期", "公布日期", "Published on"),
        "signed_on": ("落款日期", "落款日期", "Signed on"),
        "proposal_title": ("案由", "案由", "Proposal title"),
        "session": ("届次", "屆次", "Session"),
        "class_mark": ("答复类别", "答復類別", "Class"),
        "contact": ("联系人", "聯繫人", "Contact"),
        "notices": ("通知", "通知", "Notices"),
        "messages": ("邮件", "郵件", "Messages"),
        "note": ("情况说明", "情況說明", "Note"),
        "reason": ("理由", "理由", "Reason"),
        "name": ("材料名称", "材料名稱", "Name of evidence"),
        "unit": ("计量单位", "計量單位", "Unit of measure"),
        "what": ("指标", "指標", "Target"),
        "from": ("原内容", "原內容", "Before"),
        "to": ("新内容", "新內容", "After"),
    },
    "entry_field": {  # what entries and differences speak of besides
        "opened_at": ("开始办理时间", "開始辦理時間", "Open since"),
        "reopened_at": ("重新开启时间", "重新開啟時間", "Reopened at"),
        "arming": ("提醒轮次", "提醒輪次", "Round of reminders"),
        "follows_id": ("接续的事项", "接續的事項", "Follows"),
        "targets": ("量化目标", "量化目標", "Targets"),
        "unit": ("单位", "單位", "Unit"),
        "baseline": ("基数", "基數", "Baseline"),
        "goal": ("目标值", "目標值", "Goal"),
        "proposing_unit": ("提案单位", "提案單位", "Proposing unit"),
        "replying_unit": ("答复单位", "答復單位", "Replying unit"),
        "source_sha256": ("原文校验值", "原文校驗值", "Hash of the letter's file"),
        "link_generation": ("链接批次", "鏈接批次", "Generation of links"),
        "snapshot": ("内容校验值", "內容校驗值", "Hash of the contents"),
        "on": ("日期", "日期", "Day"),
        "figures": ("数据", "數據", "Figures"),
        "by": ("经办人", "經辦人", "Entered by"),
        "recorded_at": ("登记时间", "登記時間", "Recorded at"),
        "sha256": ("文件校验值", "文件校驗值", "Hash of the file"),
        "url": ("网址", "網址", "Address"),
        "of_progress": ("随进展提交", "隨進展提交", "Given with progress"),
        "given_by": ("提交人", "提交人", "Given by"),
        "old_due": ("原期限", "原期限", "Deadline before"),
        "new_due": ("申请期限", "申請期限", "Deadline asked for"),
        "asked_by": ("申请人", "申請人", "Asked by"),
        "asked_at": ("申请时间", "申請時間", "Asked at"),
        "decided_by": ("审批人", "審批人", "Decided by"),
        "decided_at": ("审批时间", "審批時間", "Decided at"),
        "department": ("部门", "部門", "Department"),
        "at": ("时间", "時間", "At"),
        "raised_at": ("提出时间", "提出時間", "Raised at"),
        "month": ("月份", "月份", "Month"),
        "grade": ("评价", "評價", "Grade"),
    },
    "entry_list": {  # what belongs to a row, one after another
        "progress": ("进展", "進展", "progress"),
        "evidence": ("佐证材料", "佐證材料", "evidence"),
        "extension": ("延期申请", "延期申請", "extension"),
        "dispute": ("职责异议", "職責異議", "dispute"),
        "receipt": ("签收", "簽收", "receipt"),
        "answer": ("提案单位评价", "提案單位評價", "answer of the proposing unit"),
    },
    "distance": {
        "left": ("还剩", "還剩", "left"),
        "overdue": ("已逾期", "已逾期", "overdue"),
        "working_days": ("个工作日", "個工作日", "working days"),
        "days": ("天", "天", "days"),
        "months": ("个月", "個月", "months"),
    },
    "happening": {
        "progress": ("进展", "進展", "progress"),
        "report_done": ("报办结", "報辦結", "reported done"),
        "closed": ("销号", "銷號", "closed"),
        "reopened": ("重新办理", "重新辦理", "reopened"),
        "extension_asked": ("申请延期", "申請延期", "extension asked for"),
        "extended": ("批准延期", "批准延期", "extension approved"),
        "due_moved": ("期限调整", "期限調整", "deadline moved"),
        "confirmed": ("确认立项", "確認立項", "confirmed"),
        "edited": ("更正", "更正", "corrected"),
    },
    "waiting": {
        "extension": ("已申请延期、待审批", "已申請延期、待審批", "extension asked for, awaiting a decision"),
        "dispute": ("已提出职责异议、待处理", "已提出職責異議、待處理", "responsibility disputed, awaiting a decision"),
    },
    "private": {
        "telephone": ("电话号码", "電話號碼", "telephone number"),
        "identity": ("身份证号码", "身份證號碼", "identity number"),
        "mail": ("邮箱地址", "郵箱地址", "mail address"),
    },
    "total": {
        "all": ("事项总数", "事項總數", "all commitments"),
        "open": ("办理中", "辦理中", "open"),
        "reported_done": ("已报办结、待验收", "已報辦結、待驗收", "reported done, awaiting acceptance"),
        "closed": ("已销号", "已銷號", "closed"),
        "overdue": ("逾期", "逾期", "overdue"),
        "due_soon": ("临近到期", "臨近到期", "due soon"),
        "due_today": ("今日到期", "今日到期", "due today"),
        "review_due": ("待报进展", "待報進展", "progress report due"),
        "silent": ("本月未收到进展", "本月未收到進展", "no progress recorded this month"),
        "moved": ("本月有进展或销号", "本月有進展或銷號", "progress or closed this month"),
        "slipped": ("本月延期", "本月延期", "postponed this month"),
        "drafts": ("待确认", "待確認", "drafts to confirm"),
    },
    "total_of_months": {
        "silent": ("本期未收到进展", "本期未收到進展", "no progress recorded in these months"),
        "moved": ("本期有进展或销号", "本期有進展或銷號", "progress or closed in these months"),
        "slipped": ("本期延期", "本期延期", "postponed in these months"),
    },
    "rate": {
        "on_time_first": ("按期率（按首次期限）", "按期率（按首次期限）", "on time, by first deadline"),
        "on_time_current": ("按期率（按现行期限）", "按期率（按現行期限）", "on time, by current deadline"),
        "completion": ("办结率", "辦結率", "completion"),
    },
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def word(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of ``group``; a value without one stands for itself."""
    row = _WORDS.get(group, {}).get(value)
    return row[LOCALES.index(locale) if locale in LOCALES else 0] if row else value


def meanings(group: str) -> dict[str, str]:
    """Return every word of ``group``, in any language, with the value it stands for."""
    return {word: value for value, words in _WORDS.get(group, {}).items() for word in words}


def value_of(group: str, text: str) -> str | None:
    """Return the value that a person's word stands for: a code, or a word of any language, whole or a part of one.

    Blanks, capitals, ``-`` and ``_`` mean nothing, nor does a leading 已: 兑现 and 已兑现 are one. None for what is no
    such word.
    """
    return _spoken(group).get(_bare(text))


@cache
def _spoken(group: str) -> Mapping[str, str]:
    """Return every spelling of the words of a group; one that could mean two values means none of them."""
    meant: dict[str, set[str]] = defaultdict(set)
    for value, words in _WORDS[group].items():
        for each in {value, *words}:
            for part in {each, *re.split("[、,]", each)}:
                meant[_bare(part)].add(value)
                meant[_bare(part).removeprefix("已")].add(value)
    return {text: values.pop() for text, values in meant.items() if len(values) == 1}


def _bare(text: str) -> str:
    return re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", text)).casefold()


def format_date(locale: str, day: date) -> str:
    """Return ``2019年6月26日`` or ``26 June 2019``: no leading zeros, no digits-only dates."""
    if locale == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def format_month(locale: str, month: str) -> str:
    """Return ``2019年7月`` or ``July 2019`` for ``2019-07``. Raises ValueError on anything else."""
    first = date.fromisoformat(f"{month}-01")
    if locale == "en":
        return f"{_MONTHS[first.month - 1]} {first.year}"
    return f"{first.year}年{first.month}月"


def distance(locale: str, ahead: Offset) -> str:
    """Say how long an offset is: ``5个工作日``, ``1 month``."""
    unit = word(locale, "distance", {"wd": "working_days", "d": "days", "m": "months"}[ahead.unit])
    if locale == "en":
        return f"{ahead.n} {unit.removesuffix('s') if ahead.n == 1 else unit}"
    return f"{ahead.n}{unit}"


def day_count(locale: str, working_days: int | None, days: int) -> str:
    """Say how far a deadline is: ``还剩10个工作日``, ``今日到期``, ``已逾期3个工作日``.

    ``days`` are calendar days and decide the direction. They are also what is said when ``working_days`` is
    None, or is 0 on another day than the deadline: on the Friday before a Sunday no working day is left, but
    two days are.
    """
    if days == 0:
        return word(locale, "band", "due_today")
    n, unit = (abs(working_days), "working_days") if working_days else (abs(days), "days")
    unit, direction = word(locale, "distance", unit), word(locale, "distance", "left" if days > 0 else "overdue")
    if locale == "en":
        return f"{n} {unit.removesuffix('s') if n == 1 else unit} {direction}"
    return f"{direction}{n}{unit}"
