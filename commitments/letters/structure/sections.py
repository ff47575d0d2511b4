"""What part of a letter a passage stands in: background, progress, next steps, answers to single points."""

import re
from collections.abc import Sequence

from commitments.letters.pledges import cues

PLAN, PROGRESS, BACKGROUND, NEUTRAL, TROUBLE = "plan", "progress", "background", "neutral", "trouble"
PLAN_HEAD = re.compile(
    r"下一?步|下阶段|下一阶段|今后|接下来|后续(?:工作|安排|打算|计划|措施)|打算|工作(?:计划|安排|思路)$|"
    r"(?<!完成)(?<!落实)计划$|安排$|努力方向|工作方向|工作措施$|举一反三|未来"
)
NEXT_HEAD = re.compile(r"下一?步|下阶段|下一阶段|今后|打算")
DONE_HEAD = re.compile(
    r"推进情况|进展|开展情况|落实情况|办理情况|工作情况|已开展|已做|所做|工作成效|成效|主要做法|取得|现状|情况$|"
    r"已采取"
)
BACK_HEAD = re.compile(r"背景|总体情况|基本情况|概况|有关情况|职责|由来|现状|依据|成因|目标")
TROUBLE_HEAD = re.compile(r"困难|存在[^。]{0,6}问题|(?:主要|突出|面临的|当前)问题$|不足|短板|难点|制约|原因")
REMEDY = re.compile(r"补|破解|攻|解决|化解|突破|克服|缓解|针对")
LIST_COMING = re.compile(r"：$|[一1]是|以下|如下|下列|[几一二两三四五六七八九十\d]个?(?:方面|项|点)")
TOPIC = re.compile(r"^(?:[（]?[一二三四五六七八九十\d]{1,3}[）、.])?(?:关于|针对|对于|您|你们|对您)")
MEASURES = re.compile(
    r"(?<!已)(?:采取|提出|制定|落实)(?:了)?(?:以下|如下|下列)[^，。：]{0,10}(?:措施|举措|意见|安排|打算|计划|方案)[：。]$"
)
OPINION = re.compile(r"(?:会办|协办|办理|答复|反馈|分办)意见[^，。：]{0,4}[：。]$")  # opens the letter, not a list
FUTURE = re.compile(r"下一?步|下阶段|下一阶段|今后|接下来|后续|将(?!.{0,6}(?:情况|答复|办理))|拟|计划|打算|准备")


def of_heading(title: str) -> str | None:
    """Return the part a heading opens, or None when its words do not tell."""
    words = title.strip("：。 ")
    if TOPIC.search(words) and not NEXT_HEAD.search(words):
        return None
    for part, form in (
        (PLAN, PLAN_HEAD),
        (TROUBLE, TROUBLE_HEAD),
        (BACKGROUND, BACK_HEAD),
        (PROGRESS, DONE_HEAD),
    ):
        if form.search(words) and not (part == TROUBLE and REMEDY.search(words)):
            return part
    return None


def of_passage(headings: Sequence[str]) -> str:
    """Return the part named by the innermost telling heading; next steps hold for all below them."""
    parts = [part for part in map(of_heading, headings) if part]
    if PLAN in parts and (parts[0] == PLAN or any(NEXT_HEAD.search(title) for title in headings)):
        return PLAN
    return next((part for part in reversed(parts) if part != PLAN), NEUTRAL)


def leads_in(text: str) -> bool:
    """Say whether a text announces a list of next steps: 下一步,我局将重点抓好以下工作:."""
    tail = text[-90:]
    if MEASURES.search(tail) and not cues.done(tail[-45:]) and not OPINION.search(tail):
        return True
    return (
        bool(FUTURE.search(tail))
        and bool(LIST_COMING.search(tail[-45:]))
        and not re.search(r"(?:复|函告|报告|意见|情况)[^，。]{0,4}如下", tail)
    )


def announces_done(text: str) -> bool:
    """Say whether a lead-in tells of the past or of difficulties: 从两个方面整治:一是…."""
    return cues.done(text[-60:]) or bool(TROUBLE_HEAD.search(re.split("[，。]", text[-30:].strip("：。"))[-1]))
