"""What listings say of notices and messages: labels, reasons, receivers, in the reader's language.

Codes and keys stay in ``--json`` and ``--csv``; a listing is for people.
"""

import re
from collections.abc import Iterable, Mapping

from commitments.i18n import LOCALES, format_date, format_month, word
from notifications.keys import ORGANISATION, Addressee, NoticeKey

_LABELS: Mapping[str, tuple[str, str, str]] = {  # columns in the order of LOCALES
    "id": ("序号", "序號", "No."),
    "state": ("状态", "狀態", "State"),
    "held": ("暂扣", "暫扣", "On hold"),
    "to": ("收件人", "收件人", "To"),
    "addressee": ("收件单位", "收件單位", "Receiver"),
    "subject": ("主题", "主題", "Subject"),
    "error": ("原因", "原因", "Error"),
    "reason": ("原因", "原因", "Why"),
    "slot": ("日期", "日期", "Day"),
    "notice": ("通知", "通知", "Notice"),
    "message_id": ("邮件标识", "郵件標識", "Message-ID"),
    "channel": ("发送方式", "發送方式", "Channel"),
    "kind": ("类别", "類別", "Kind"),
    "notices": ("内含通知", "內含通知", "Notices"),
    "attempts": ("已投递次数", "已投遞次數", "Attempts"),
    "sent_at": ("发出时间", "發出時間", "Sent at"),
    "composition": ("第几稿", "第幾稿", "Composition"),
    "attempt": ("第{n}次投递", "第{n}次投遞", "Attempt {n}"),
}
_FACTS: Mapping[str, tuple[str, str, str]] = {  # of status and doctor
    "healthy": ("运行正常", "運行正常", "healthy"),
    "yes": ("是", "是", "yes"),
    "no": ("否", "否", "no"),
    "environment": ("环境", "環境", "environment"),
    "database": ("数据库", "數據庫", "database"),
    "last_tick_at": ("上次安排", "上次安排", "last planned"),
    "passed_at": ("上次完成", "上次完成", "last finished"),
    "failed_passes": ("连续未完成的轮次", "連續未完成的輪次", "passes that failed in a row"),
    "held_messages": ("暂扣的邮件", "暫扣的郵件", "messages held"),
    "owed": ("待告知", "待告知", "owed"),
    "held": ("暂扣", "暫扣", "held"),
    "sending": ("发送中", "發送中", "sending"),
    "retry": ("待重试", "待重試", "to be tried again"),
    "frozen": ("待发送", "待發送", "ready to send"),
    "unknown": ("结果不明", "結果不明", "outcome unknown"),
    "dead": ("投递失败", "投遞失敗", "dead"),
    "oldest_owed_slot": ("最早一天待告知", "最早一天待告知", "oldest owed"),
    "channel_rests_until": ("暂停发送至", "暫停發送至", "channel rests until"),
    "backed_up_at": ("上次备份", "上次備份", "last backup"),
    "created_at": ("建账时间", "建賬時間", "ledger made"),
    "now": ("现在", "現在", "now"),
    "daemon": ("守护进程", "守護進程", "daemon"),
    "ok": ("正常", "正常", "ok"),
    "warn": ("注意", "注意", "warn"),
    "bad": ("有误", "有誤", "bad"),
    "configuration": ("配置文件", "配置文件", "configuration"),
    "schema": ("数据库版本", "數據庫版本", "schema"),
    "journal_mode": ("日志方式", "日誌方式", "journal mode"),
    "synchronous": ("落盘方式", "落盤方式", "synchronous"),
    "foreign_keys": ("外键检查", "外鍵檢查", "foreign keys"),
    "history": ("变更记录", "變更記錄", "history"),
    "folder": ("文件夹", "文件夾", "folder"),
    "disk": ("磁盘空间", "磁盤空間", "disk"),
    "filesystem": ("文件系统", "文件系統", "file system"),
    "mailbox": ("邮箱", "郵箱", "mailbox"),
    "channel": ("发送方式", "發送方式", "channel"),
    "organisation": ("本单位", "本單位", "organisation"),
    "templates": ("邮件模板", "郵件模板", "templates"),
    "links": ("页面链接", "頁面鏈接", "links"),
    "calendar": ("工作日历", "工作日曆", "calendar"),
    "running": ("运行", "運行", "running"),
    "backup": ("备份", "備份", "backup"),
    "journal": ("落盘保障", "落盤保障", "durability"),
    "file": ("数据库文件", "數據庫文件", "database file"),
    "text": ("文字", "文字", "text"),
    "private": ("文件权限", "文件權限", "permissions"),
    "evidence": ("佐证材料", "佐證材料", "evidence"),
    "name": ("本单位名称", "本單位名稱", "name"),
    "places": ("文件夹", "文件夾", "folders"),
    "mailboxes": ("各单位邮箱", "各單位郵箱", "mailboxes"),
    "addresses": ("本单位邮箱", "本單位郵箱", "our addresses"),
    "mail": ("邮件", "郵件", "mail"),
    "sqlite": ("SQLite版本", "SQLite版本", "SQLite"),
}
_REASONS: Mapping[str, tuple[str, str, str]] = {
    "guard": ("数量超过上限，待放行", "數量超過上限，待放行", "more than the guard allows; waits for release"),
    "no mailbox": ("没有登记邮箱", "沒有登記郵箱", "no mailbox is known"),
    "approval": ("待批准", "待批准", "waits for approval"),
    "poison": ("无法生成邮件", "無法生成郵件", "no mail can be made of it"),
    "planning": ("正在安排", "正在安排", "being planned"),
    "quiet": ("按历史登记，不通知", "按歷史登記，不通知", "entered as history, told to nobody"),
}
_OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "ok": ("成功", "成功", "accepted"),
    "temporary": ("暂时失败", "暫時失敗", "failed for now"),
    "permanent": ("失败", "失敗", "failed"),
    "unknown": ("结果不明", "結果不明", "outcome unknown"),
}
_UNITS = {"wd": "working_days", "d": "days", "m": "months"}


def label(locale: str, name: str) -> str:
    """Return the heading of a column or a fact; an unknown one stands for itself."""
    return _of(_LABELS, locale, name)


def labels(locale: str, names: Iterable[str]) -> dict[str, str]:
    """Return the headings of a table in the order of ``names``."""
    return {name: label(locale, name) for name in names}


def fact(locale: str, name: str) -> str:
    """Return what ``status`` and ``doctor`` call a fact: its name, or ``daemon`` with the daemon's own."""
    first, blank, rest = name.partition(" ")
    return f"{_of(_FACTS, locale, first)}{blank}{rest}"


def hold_reason(locale: str, reason: str) -> str:
    """Say why a notice is held."""
    return _of(_REASONS, locale, reason)


def outcome(locale: str, name: str | None) -> str:
    """Say how an attempt ended; one that is under way has no outcome."""
    return _of(_OUTCOMES, locale, name or "")


def receiver(locale: str, addressee: str) -> str:
    """Say who gets a message: ``市民政局（督办）``, ``市台联（办理情况月报，2019年10月）``."""
    who = Addressee.parse(addressee)
    about = {"escalation": word(locale, "role", "escalation"), "status": word(locale, "notice", "status_digest")}
    told = [about[who.kind]] if who.kind in about else []
    if who.kind in ("digest", "copy"):
        told = [word(locale, "notice", "monthly_digest"), format_month(locale, who.period)]
    name = word(locale, "role", ORGANISATION) if who.name in ("", ORGANISATION) else who.name
    return f"{name}{_bracketed(locale, told)}"


def notice(locale: str, text: str) -> str:
    """Say what a notice's key spells: ``到期提醒 2019-1007-03 +6个工作日（2019年12月31日）市民政局（主办）``."""
    key = NoticeKey.parse(text)
    if key is None:
        return text
    kinds = {"digest": "monthly_digest", "status": "status_digest"}
    what = word(locale, "notice", kinds.get(key.kind, key.kind))
    if key.kind == "digest":
        return f"{what} {key.subject} {format_month(locale, key.step)}"
    day = _bracketed(locale, [format_date(locale, key.day)]) if key.day else ""
    role = [] if key.role == key.name else [word(locale, "role", key.role)]
    who = f"{receiver(locale, key.name)}{_bracketed(locale, role)}"
    return " ".join(part for part in (what, key.subject, distance(locale, key.step) + day, who) if part)


def distance(locale: str, rung: str) -> str:
    """Say a rung in words: ``+6个工作日``."""
    space = " " if locale == "en" else ""
    return re.sub(r"wd|d|m", lambda unit: space + word(locale, "distance", _UNITS[unit[0]]), rung)


def _of(words: Mapping[str, tuple[str, str, str]], locale: str, name: str) -> str:
    row = words.get(name)
    return row[LOCALES.index(locale) if locale in LOCALES else 0] if row else name


def _bracketed(locale: str, words: list[str]) -> str:
    if not words:
        return ""
    return f" ({', '.join(words)})" if locale == "en" else f"（{'，'.join(words)}）"
