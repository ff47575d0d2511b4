"""What mails look like and say: golden files, parity of text and HTML, user text as data, operator's templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from commitments.i18n import LOCALES
from notifications.mail.render import Renderer
from notifications.remarks import words

GOLDEN = Path(__file__).parent / "golden"
PARTS = {"subject": "subject.txt", "text": "txt", "html": "html"}
HOSTILE = "{{7*7}}{% raw %}<script>alert(1)</script>&\"'"
NO_FACTS = frozenset({  # heads of columns and the line above the title, which text does without
    "项目", "比率", "事项", "主办", "到期日", "申请", "报办结日期", "主办单位", "提案答复承诺事项台账",
    "項目", "事項", "主辦", "申請", "報辦結日期", "主辦單位", "提案答復承諾事項臺賬",
    "commitment", "commitments", "rate", "lead", "deadline", "request", "reported", "on", "this", "last", "month",
    "department", "ledger", "of", "made", "in", "replies", "to", "proposals",
})  # fmt: skip
FREE_TEXT = frozenset({
    "title", "quote", "note", "name", "reason", "organisation", "recipient", "lead", "support", "text", "contact",
    "unit", "what", "by", "due_rule", "due_text", "condition", "letter_title", "closing_note", "reopened_because",
    "section", "ordinal", "letter", "reply_to", "error", "subject", "asked_by", "approved_by", "document_number",
})  # fmt: skip

Sample = Callable[[str], dict[str, Any]]
Mail = tuple[str, str, dict[str, Any]]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


class _Visible(HTMLParser):
    """The words a reader of the HTML part sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.feed(html[html.index("<body") :])

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def one(sample: Sample, **changes: Any) -> dict[str, Any]:
    """A mail with one card: the first of the sample, changed."""
    item = replace(sample("notices")["items"][0], **changes)
    return {**sample("notices"), "items": (item,), "worst": item}


@pytest.mark.parametrize("locale", LOCALES)
def test_golden(renderer: Renderer, mail: Mail, locale: str, update_golden: bool) -> None:
    name, kind, context = mail
    rendered = renderer.render(kind, locale, context)
    assert rendered.problem is None
    for part, suffix in PARTS.items():
        file = GOLDEN / locale / f"{name}.{suffix}"
        written = getattr(rendered, part).encode()
        if update_golden:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(written)
        assert written == file.read_bytes(), f"{file.name} changed; look at it, then run with --update-golden"


@pytest.mark.parametrize("locale", LOCALES)
def test_the_plain_part_carries_every_fact_of_the_html(renderer: Renderer, mail: Mail, locale: str) -> None:
    _, kind, context = mail
    rendered = renderer.render(kind, locale, context)
    seen = _Visible(rendered.html)
    facts = re.findall(r"[\w@.%/:-]+", " ".join([*seen.words, *seen.links]).replace("mailto:", ""))
    assert len(facts) > 50
    text = rendered.text.lower()
    assert [fact for fact in facts if fact.lower() not in text and fact.lower() not in NO_FACTS] == []


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        (
            {},
            "【逾期】2019-1007-02 村居事项清单（已逾期3个工作日）",
            "[Overdue] 2019-1007-02 村居事项清单 (3 working days overdue)",
        ),
        (
            {"band": "due_soon", "days_left": 9, "working_days_left": 7},
            "【临近到期】2019-1007-02 村居事项清单（还剩7个工作日）",
            "[Due soon] 2019-1007-02 村居事项清单 (7 working days left)",
        ),
        (
            {"band": "on_track", "days_left": 30, "working_days_left": 22},
            "【到期提醒】2019-1007-02 村居事项清单（还剩22个工作日）",
            "[Reminder] 2019-1007-02 村居事项清单 (22 working days left)",
        ),
        (
            {"band": "due_today", "days_left": 0, "working_days_left": 0},
            "【今日到期】2019-1007-02 村居事项清单",
            "[Due today] 2019-1007-02 村居事项清单",
        ),
        (
            {"notices": ("assignment",), "band": "on_track"},
            "【新任务】2019-1007-02 村居事项清单（2019年12月31日到期）",
            "[New task] 2019-1007-02 村居事项清单 (due 31 December 2019)",
        ),
        (
            {"notices": ("review",), "due_on": None, "band": "review_due"},
            "【请报进展】2019-1007-02 村居事项清单",
            "[Progress request] 2019-1007-02 村居事项清单",
        ),
        (
            {"notices": ("closed",), "state": "closed", "outcome": "kept"},
            "【已销号】2019-1007-02 村居事项清单（已兑现）",
            "[Closed] 2019-1007-02 村居事项清单 (kept)",
        ),
        (
            {"notices": ("done",), "state": "reported_done"},
            "【待验收】2019-1007-02 村居事项清单",
            "[Awaiting acceptance] 2019-1007-02 村居事项清单",
        ),
    ],
)
def test_subjects_say_what_the_worst_card_is_about(
    renderer: Renderer, sample: Sample, changes: Mapping[str, Any], zh: str, en: str
) -> None:
    assert renderer.render("notices", "zh-Hans", one(sample, **changes)).subject == zh
    assert renderer.render("notices", "en", one(sample, **changes)).subject == en


def test_subjects_count_the_other_cards(renderer: Renderer, sample: Sample) -> None:
    assert renderer.render("notices", "zh-Hans", sample("notices")).subject.endswith("等6项")
    assert renderer.render("notices", "en", sample("notices")).subject.endswith("and 5 more")


def test_a_long_title_leaves_room_for_the_count_of_days(renderer: Renderer, sample: Sample) -> None:
    subject = renderer.render("notices", "zh-Hans", one(sample, title="清单" * 200)).subject
    assert subject.endswith("…（已逾期3个工作日）")
    assert len(subject) < 80


def test_each_digest_names_period_number_and_unit(renderer: Renderer, sample: Sample) -> None:
    subject = renderer.render("monthly_digest", "zh-Hans", sample("monthly_digest")).subject
    assert subject.startswith("【办理情况月报】2019年12月 第6期 市台联 ")


def test_a_month_without_change_says_so_in_its_first_paragraph(renderer: Renderer, sample: Sample) -> None:
    rendered = renderer.render("monthly_digest", "zh-Hans", sample("monthly_digest_unchanged"))
    assert "市台联：\n\n本月各项承诺均无变化。" in rendered.text
    assert "无变化" not in renderer.render("monthly_digest", "zh-Hans", sample("monthly_digest")).text


@pytest.mark.parametrize(("role", "words"), [("lead", "申请延期"), ("support", "请配合市民政局做好本单位承担的部分")])
def test_a_card_says_what_to_do_now(renderer: Renderer, sample: Sample, role: str, words: str) -> None:
    text = renderer.render("notices", "zh-Hans", one(sample, role=role)).text
    assert words in text
    assert "office@yinuo.example" in text


def test_a_provisional_deadline_is_called_so(renderer: Renderer, sample: Sample) -> None:
    assert "暂定" in renderer.render("notices", "zh-Hans", one(sample, provisional=True)).text
    assert "暂定" not in renderer.render("notices", "zh-Hans", one(sample)).text


@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
@pytest.mark.parametrize("broken", [False, True])
def test_every_link_is_on_a_line_of_its_own_and_can_be_clicked(
    renderer: Renderer, tmp_path: Path, mail: Mail, locale: str, broken: bool
) -> None:
    _, kind, context = mail
    wanted = [item.link for item in context["items"] if item.link] if "items" in context else [context["link"]]
    if broken:
        (tmp_path / locale / kind).mkdir(parents=True)
        (tmp_path / locale / kind / "subject.txt").write_text("{{ nobody }}")
        renderer = Renderer(tmp_path)
    rendered = renderer.render(kind, locale, context)
    assert bool(rendered.problem) == broken
    lines = [line.strip() for line in rendered.text.splitlines()]
    links = [link for link in _Visible("<body>" + rendered.html).links if "/yinuo.example/" in link]
    assert [line for line in lines if line.startswith("https://yinuo.example/")] == links == [w for w in wanted if w]
    key = ("钥匙" if locale == "zh-Hans" else "is a key") in rendered.text
    assert key == any(wanted)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "请尽快打开下面的链接，或者回复本邮件（office@yinuo.example），报送办理进展和佐证材料"),
        ({"role": "support"}, "并打开下面的链接，或者回复本邮件（office@yinuo.example）。"),
        ({"notices": ("done",), "state": "reported_done"}, "请打开下面的链接，核验佐证材料。"),
        ({"notices": ("escalation",)}, "尽快打开下面的链接，或者回复（office@yinuo.example）"),
        ({"band": "on_track"}, "并打开下面的链接，或者回复本邮件（office@yinuo.example），报送办理进展和佐证材料"),
        ({"band": "review_due", "due_on": None, "notices": ("review",)}, "请打开下面的链接，或者回复本邮件"),
        ({"band": "on_track", "due_on": None, "notices": ("assignment",)}, "有进展时打开下面的链接，或者回复本邮件"),
    ],
)
def test_a_card_with_a_link_asks_to_open_it(
    renderer: Renderer, sample: Sample, changes: Mapping[str, Any], words: str
) -> None:
    link = "https://yinuo.example/o/token/"
    assert words in renderer.render("notices", "zh-Hans", one(sample, link=link, **changes)).text
    assert "链接" not in renderer.render("notices", "zh-Hans", one(sample, **changes)).text


def test_user_text_is_data(renderer: Renderer, mail: Mail) -> None:
    _, kind, context = mail
    rendered = renderer.render(kind, "zh-Hans", _hostile(context))
    assert rendered.problem is None
    assert HOSTILE in rendered.text
    assert "<script" not in rendered.html
    assert "{{7*7}}" in rendered.html
    assert HOSTILE in "".join(_Visible(rendered.html).words)


def _hostile(value: Any, key: str = "") -> Any:
    """Put HOSTILE into every free text of a context; only the kinds of what happened keep their words."""
    if isinstance(value, str):
        return HOSTILE if key in FREE_TEXT and value else value
    if isinstance(value, dict):
        changed = {name: _hostile(item, name) for name, item in value.items()}
        return {**changed, "what": value["what"]} if "evidence" in value else changed
    if isinstance(value, list | tuple):
        return type(value)(_hostile(item, key) for item in value)
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{f.name: _hostile(getattr(value, f.name), f.name) for f in fields(value)})
    return value


def test_only_web_addresses_become_links(renderer: Renderer, sample: Sample) -> None:
    context = sample("monthly_digest")
    happened = context["digest"]["commitments"][1]["happened"][0]
    happened["evidence"] = [
        {"name": "a", "url": "javascript:alert(1)"},
        {"name": "b", "url": "https://b.example/?x=1&y=2"},
    ]
    html = renderer.render("monthly_digest", "zh-Hans", context).html
    assert _Visible(html).links == ["https://b.example/?x=1&y=2", "mailto:office@yinuo.example"]
    assert "javascript" not in html


def test_html_needs_nothing_from_outside(renderer: Renderer, mail: Mail) -> None:
    html = renderer.render(mail[1], "zh-Hans", mail[2]).html
    assert re.search(r"<(img|link|script|style|iframe)\b|url\(|@import|\bclass=", html) is None
    assert "max-width: 600px" in html


def test_traditional_mail_is_set_in_fonts_that_draw_its_signs(renderer: Renderer, mail: Mail) -> None:
    html = renderer.render(mail[1], "zh-Hant", mail[2]).html
    fonts = re.findall(r"font-family: ('PingFang [^;]*)", html)
    assert len(fonts) == 1
    assert fonts[0].index("'Noto Sans CJK TC'") < fonts[0].index("'PingFang SC'")


def test_names_and_quotes_keep_their_characters(renderer: Renderer, sample: Sample) -> None:
    rendered = renderer.render("notices", "zh-Hant", sample("notices"))
    assert "「制定出台村居协助政府工作事项清单，厘清部门、镇（街）权责，推动部门资源下沉基层。」" in rendered.text
    assert "主辦：市社会组织管理局" in rendered.text


def test_the_operators_directory_comes_first_file_by_file(tmp_path: Path, sample: Sample) -> None:
    own = tmp_path / "zh-Hans" / "notices" / "subject.txt"
    own.parent.mkdir(parents=True)
    own.write_text("我局专用：{{ worst.ref }}", encoding="utf-8")
    rendered = Renderer(tmp_path).render("notices", "zh-Hans", sample("notices"))
    assert rendered.subject == "我局专用：2019-1007-02"
    assert "村居事项清单" in rendered.text


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ sender.no_such_fact }}", "no_such_fact"),
        ("{{ nobody }}", "nobody"),
        ("{% if %}", "Expected an expression"),
        ("{{ sender.__class__.__mro__ }}", "unsafe"),
        ("{{ 1 // 0 }}", "zero"),
    ],
)
def test_what_breaks_a_template_is_named(tmp_path: Path, sample: Sample, source: str, reason: str) -> None:
    rendered = broken(tmp_path, source).render("notices", "zh-Hans", sample("notices"))
    assert rendered.problem is not None
    assert "notices/body.html, line 2" in words("en", rendered.problem)
    assert reason in words("en", rendered.problem)
    assert "2019-1007-02 村居事项清单" in rendered.text


def broken(folder: Path, source: str, locale: str = "zh-Hans", kind: str = "notices") -> Renderer:
    """Return a renderer whose operator wrote a body with a fault in its second line."""
    own = folder / locale / kind / "body.html"
    own.parent.mkdir(parents=True)
    own.write_text(f"line 1\n{source}", encoding="utf-8")
    return Renderer(folder)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_broken_template_loses_nothing(tmp_path: Path, mail: Mail, locale: str) -> None:
    _, kind, context = mail
    rendered = broken(tmp_path, "{{ nobody }}", locale, kind).render(kind, locale, context)
    assert rendered.problem is not None
    assert f"{kind}/body.html, line 2" in words("en", rendered.problem)
    assert replace(rendered, problem=None) == Renderer().render(kind, locale, context)
    assert "2019-1007-02 村居事项清单" in rendered.text
    seen = "".join(_Visible(rendered.html).words)
    assert all(words in seen for words in ("2019-1007-02", "村居事项清单"))


def test_our_own_template_says_deadline_and_what_to_do(tmp_path: Path, sample: Sample) -> None:
    (tmp_path / "zh-Hans" / "notices").mkdir(parents=True)
    (tmp_path / "zh-Hans" / "notices" / "subject.txt").write_text("{{ nobody }}", encoding="utf-8")
    rendered = Renderer(tmp_path).render("notices", "zh-Hans", one(sample, due_on=date(2019, 12, 31), title=HOSTILE))
    assert "到期日：2019年12月31日（含）前" in rendered.text
    assert "已逾期3个工作日" in rendered.text
    assert "申请延期" in rendered.text
    assert "<script" not in rendered.html


def test_what_breaks_our_own_template_is_raised() -> None:
    with pytest.raises(UndefinedError):
        Renderer().render("notices", "zh-Hans", {})
