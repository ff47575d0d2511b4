"""The message of last resort: made without templates, from the same facts, when a template fails."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from commitments.i18n import day_count, format_date, format_month, word

_WORDS = {
    "zh-Hans": {
        "subject": "【{kind}】{about}",
        "first": "{ref} {title}等{n}项",
        "issue": "{month} 第{number}期 {unit}",
        "greeting": "{recipient}：",
        "intro": "{kind}（简版），涉及下列承诺事项：",
        "row": "{ref} {title}｜主办：{lead}",
        "due": "｜到期日：{due}",
        "link": "打开链接办理（链接相当于钥匙，请勿转发给无关人员）：",
        "reply": "请回复 {reply_to}，报送办理进展和佐证材料；不能按期办结的，请在到期日前申请延期。",
    },
    "zh-Hant": {
        "subject": "【{kind}】{about}",
        "first": "{ref} {title}等{n}項",
        "issue": "{month} 第{number}期 {unit}",
        "greeting": "{recipient}：",
        "intro": "{kind}（簡版），涉及下列承諾事項：",
        "row": "{ref} {title}｜主辦：{lead}",
        "due": "｜到期日：{due}",
        "link": "打開鏈接辦理（鏈接相當於鑰匙，請勿轉發給無關人員）：",
        "reply": "請回復 {reply_to}，報送辦理進展和佐證材料；不能按期辦結的，請在到期日前申請延期。",
    },
    "en": {
        "subject": "[{kind}] {about}",
        "first": "{ref} {title} ({n} in all)",
        "issue": "{month}, no. {number}, {unit}",
        "greeting": "To {recipient}:",
        "intro": "{kind} (short form) on these commitments:",
        "row": "{ref} {title} | Lead: {lead}",
        "due": " | Deadline: {due}",
        "link": "Open the page (a link is a key: please do not pass it on to anybody who is not concerned):",
        "reply": "Please reply to {reply_to} with progress and evidence, or ask for an extension before the deadline.",
    },
}


def message(kind: str, locale: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return subject, text and HTML for the context that templates get."""
    say, sender, rows = _WORDS.get(locale, _WORDS["zh-Hans"]), context["sender"], _rows(context)
    name = word(locale, "notice", rows[0]["notices"][0] if kind == "notices" else kind).capitalize()
    paragraphs = [
        say["greeting"].format(recipient=sender.recipient),
        say["intro"].format(kind=name),
        *(_line(say, locale, row) + _link(say, row) for row in rows),
        *([_link(say, context).strip()] if context.get("link") else []),
        say["reply"].format(reply_to=sender.reply_to),
        f"{sender.organisation} {format_date(locale, sender.today)}",
    ]
    text = "\n\n".join(paragraphs) + "\n"
    subject = say["subject"].format(kind=name, about=_about(say, locale, context, rows))
    return subject, text, f'<pre style="white-space:pre-wrap">{_clickable(text, [context, *rows])}</pre>\n'


def _link(say: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    """Return the lines with a card's link or a digest's, the whole URL on one of its own."""
    return f"\n{say['link']}\n{facts['link']}" if facts.get("link") else ""


def _clickable(text: str, facts: Iterable[Mapping[str, Any]]) -> str:
    html = escape(text)
    for url in {escape(each["link"]) for each in facts if each.get("link")}:
        html = html.replace(url, f'<a href="{url}">{url}</a>')
    return html


def _rows(context: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the facts of each card; a status lists the overdue ones only."""
    if "items" in context:
        return [vars(item) for item in context["items"]]
    rows = context["digest"]["commitments"] if "digest" in context else context["status"]["red"]
    return list(rows)


def _about(say: Mapping[str, str], locale: str, context: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    if "digest" in context:
        digest = context["digest"]
        month = format_month(locale, digest["period"])
        return say["issue"].format(month=month, number=digest["number"], unit=digest["unit"])
    if "status" in context:
        return str(context["status"]["week"])
    return say["first"].format(**rows[0], n=len(rows))


def _line(say: Mapping[str, str], locale: str, row: Mapping[str, Any]) -> str:
    line = say["row"].format(**row)
    due, days = row["due_on"], row["days_left"]
    if due is None:
        return line
    day = format_date(locale, due if isinstance(due, date) else date.fromisoformat(due))
    count = f" {day_count(locale, row['working_days_left'], days)}" if days is not None else ""
    return line + say["due"].format(due=day + count)
