"""The words and dates people read, in their language.

One row per value with a column per written language, so that no word can be missing in one of them.
Traditional Chinese (zh-Hant) reads the simplified column until its own is written.
"""

from collections.abc import Mapping
from datetime import date

LOCALES = ("zh-Hans", "zh-Hant", "en")

_ZH, _EN = 0, 1

_WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "kind": {
        "pledge": ("下一步承诺", "pledge"),
        "open_item": ("未结事项", "open item"),
        "target": ("量化目标", "target"),
    },
    "strength": {
        "firm": ("明确承诺", "firm"),
        "planned": ("计划安排", "planned"),
        "conditional": ("附条件", "conditional"),
        "soft": ("原则表态", "soft"),
    },
    "owner_basis": {
        "stated": ("答复函写明", "named in the letter"),
        "self": ("答复单位自办", "the replying unit itself"),
        "inferred": ("推定", "inferred"),
    },
    "due_basis": {
        "stated": ("答复函写明", "stated in the letter"),
        "derived": ("由答复函推算", "derived from the letter"),
        "assumed": ("暂按惯例推定", "assumed"),
        "set": ("人工确定", "set by a person"),
    },
    "state": {
        "draft": ("待确认", "draft"),
        "open": ("办理中", "open"),
        "reported_done": ("已报办结、待验收", "reported done, awaiting acceptance"),
        "closed": ("已销号", "closed"),
    },
    "outcome": {
        "kept": ("已兑现", "kept"),
        "partly_kept": ("部分兑现", "partly kept"),
        "not_kept": ("未兑现", "not kept"),
        "merged": ("并入其他事项", "merged into another"),
        "withdrawn": ("撤回", "withdrawn"),
    },
    "band": {
        "on_track": ("正常", "on track"),
        "due_soon": ("临近到期", "due soon"),
        "due_today": ("今日到期", "due today"),
        "overdue": ("逾期", "overdue"),
        "review_due": ("待报进展", "progress report due"),
    },
    "role": {
        "lead": ("主办", "lead"),
        "support": ("会办", "support"),
        "escalation": ("督办", "escalation"),
        "organisation": ("台账管理单位", "ledger office"),
        "proposer": ("提案单位", "proposing unit"),
    },
    "notice": {
        "assignment": ("新任务", "new task"),
        "reminder": ("到期提醒", "reminder"),
        "review": ("请报进展", "progress request"),
        "escalation": ("督办升级", "escalation"),
        "done": ("待验收", "awaiting acceptance"),
        "closed": ("已销号", "closed"),
        "monthly_digest": ("办理情况月报", "monthly report"),
        "status_digest": ("每周办理情况", "weekly status"),
    },
    "notice_state": {
        "owed": ("待告知", "owed"),
        "held": ("暂扣", "held"),
        "in_message": ("已入邮件", "in a message"),
        "told": ("已告知", "told"),
        "superseded": ("已被替代", "superseded"),
        "cancelled": ("已取消", "cancelled"),
        "dead": ("投递失败", "dead"),
    },
    "message_state": {
        "frozen": ("待发送", "frozen"),
        "sending": ("发送中", "sending"),
        "retry": ("待重试", "retry"),
        "unknown": ("结果不明", "unknown"),
        "sent": ("已发送", "sent"),
        "cancelled": ("已取消", "cancelled"),
        "dead": ("投递失败", "dead"),
    },
    "extension": {
        "waiting": ("待审批", "waiting"),
        "approved": ("已批准", "approved"),
        "refused": ("未批准", "refused"),
    },
    "action": {
        "add": ("立项", "added"),
        "confirm": ("确认", "confirmed"),
        "drop": ("删除草稿", "draft dropped"),
        "edit": ("更正", "corrected"),
        "progress": ("进展", "progress"),
        "extension_asked": ("申请延期", "extension asked"),
        "extended": ("同意延期", "extended"),
        "extension_refused": ("不同意延期", "extension refused"),
        "report_done": ("报告办结", "reported done"),
        "close": ("销号", "closed"),
        "reopen": ("重新开启", "reopened"),
        "due_moved": ("期限重算", "deadline computed again"),
        "department_add": ("登记部门", "department added"),
        "department_edit": ("更正部门", "department corrected"),
        "letter_add": ("登记答复函", "letter added"),
        "letter_edit": ("更正答复函", "letter corrected"),
        "digest_approved": ("批准月报", "digest approved"),
        "outbox_retry": ("重发邮件", "message tried again"),
        "outbox_release": ("放行", "released"),
        "outbox_cancel": ("取消", "cancelled"),
        "restore": ("恢复备份", "restored"),
    },
    "noun": {
        "calendar": ("承诺事项日历", "commitments"),
        "due": ("到期", "due"),
        "evidence": ("佐证材料", "evidence"),
        "review": ("复核", "review"),
        "provisional": ("（暂定）", "(provisional)"),
    },
    "field": {
        "no": ("序号", "No."),
        "ref": ("编号", "Ref"),
        "letter": ("文号", "Document number"),
        "proposal_number": ("提案号", "Proposal"),
        "section": ("章节", "Section"),
        "ordinal": ("函内序号", "Ordinal"),
        "kind": ("类别", "Kind"),
        "title": ("事项", "Commitment"),
        "quote": ("答复函原文", "The letter says"),
        "strength": ("力度", "Strength"),
        "lead": ("主办", "Lead"),
        "support": ("会办", "Support"),
        "due_text": ("期限原文", "Deadline as written"),
        "due_on": ("到期日", "Due"),
        "due_basis": ("期限依据", "Date known from"),
        "review_on": ("复核日期", "Review on"),
        "state": ("状态", "State"),
        "band": ("进度", "Status"),
        "progress": ("最近进展", "Latest progress"),
        "outcome": ("结果", "Outcome"),
        "condition": ("前提", "Condition"),
        "owner_basis": ("责任依据", "Owner known from"),
        "due_rule": ("期限推算", "Computed"),
        "due_from": ("起算日", "Counted from"),
        "due_offset": ("推算间隔", "Distance"),
        "first_due_on": ("首次期限", "First due"),
        "reported_done_on": ("报办结日期", "Reported done on"),
        "closed_on": ("销号日期", "Closed on"),
        "closing_note": ("销号说明", "Closing note"),
        "target": ("量化目标", "Targets"),
    },
    "happening": {
        "progress": ("进展", "progress"),
        "report_done": ("报办结", "reported done"),
        "closed": ("销号", "closed"),
        "reopened": ("重新办理", "reopened"),
        "extension_asked": ("申请延期", "extension asked for"),
        "extended": ("批准延期", "extension approved"),
        "due_moved": ("期限调整", "deadline moved"),
        "confirmed": ("确认立项", "confirmed"),
        "edited": ("更正", "corrected"),
    },
    "total": {
        "all": ("事项总数", "all commitments"),
        "open": ("办理中", "open"),
        "reported_done": ("已报办结、待验收", "reported done, awaiting acceptance"),
        "closed": ("已销号", "closed"),
        "overdue": ("逾期", "overdue"),
        "due_soon": ("临近到期", "due soon"),
        "due_today": ("今日到期", "due today"),
        "review_due": ("待报进展", "progress report due"),
        "silent": ("本月未收到进展", "no progress recorded this month"),
        "moved": ("本月有进展", "progress this month"),
        "slipped": ("本月延期", "postponed this month"),
        "drafts": ("待确认", "drafts to confirm"),
    },
    "rate": {
        "on_time_first": ("按期率（按首次期限）", "on time, by first deadline"),
        "on_time_current": ("按期率（按现行期限）", "on time, by current deadline"),
        "completion": ("办结率", "completion"),
    },
}

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def word(locale: str, group: str, value: str) -> str:
    """Return the word for ``value`` of ``group``; a value without one stands for itself."""
    row = _WORDS.get(group, {}).get(value)
    return row[_column(locale)] if row else value


def meanings(group: str) -> dict[str, str]:
    """Return every word of ``group``, in any language, with the value it stands for."""
    return {word: value for value, words in _WORDS.get(group, {}).items() for word in words}


def format_date(locale: str, day: date) -> str:
    """Return ``2019年6月26日`` or ``26 June 2019``: no leading zeros, no digits-only dates."""
    if _column(locale) == _ZH:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_month(locale: str, month: str) -> str:
    """Return ``2019年7月`` or ``July 2019`` for ``2019-07``. Raises ValueError on anything else."""
    first = date.fromisoformat(f"{month}-01")
    if _column(locale) == _ZH:
        return f"{first.year}年{first.month}月"
    return f"{_MONTHS[first.month - 1]} {first.year}"


def day_count(locale: str, working_days: int | None, days: int) -> str:
    """Say how far a deadline is: ``还剩10个工作日``, ``今日到期``, ``已逾期3个工作日``.

    ``days`` are calendar days and decide the direction. They are also what is said when ``working_days`` is
    None, or is 0 on another day than the deadline: on the Friday before a Sunday no working day is left, but
    two days are.
    """
    if days == 0:
        return word(locale, "band", "due_today")
    n, working = (abs(working_days), True) if working_days else (abs(days), False)
    if _column(locale) == _ZH:
        return ("还剩" if days > 0 else "已逾期") + f"{n}{'个工作日' if working else '天'}"
    unit = ("working day" if working else "day") + ("" if n == 1 else "s")
    return f"{n} {unit} {'left' if days > 0 else 'overdue'}"


def _column(locale: str) -> int:
    return _EN if locale == "en" else _ZH
