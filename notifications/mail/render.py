"""From facts to words: what mail templates get, and the rendering of subject, text and HTML.

Templates lie in ``templates/<locale>/<kind>/{subject.txt,body.txt,body.html}``; what is the same in every
language, the style sheet and the shapes of rows, chips and bars, lies in ``templates/_shared``. The operator's
own directory has the same layout and is searched first, file by file.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from commitments.codes import in_words
from commitments.damage import is_damaged
from commitments.i18n import LOCALES, day_count, format_date, format_month
from commitments.queries.targets import TargetFigure
from notifications.remarks import remark

TEMPLATES = Path(__file__).parents[1] / "templates"
_SHARED = "_shared"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """The letter-head (署名): who writes, whom to answer, on which day, to whom."""

    organisation: str
    reply_to: str
    contact: str
    today: date
    recipient: str


@dataclass(frozen=True, kw_only=True)
class ProgressLine:
    """The last thing reported; ``by`` is a department, "" where a person of our office wrote it down."""

    on: date
    note: str
    by: str


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """What a department asked and our office has not decided: time until ``to``, or, without it, a dispute."""

    by: str
    on: date
    to: date | None


@dataclass(frozen=True, kw_only=True)
class CorrectionLine:
    """The deadline that stood before it was corrected (更正), and the day of the correction."""

    old: date
    on: date


@dataclass(frozen=True, kw_only=True)
class Item:
    """One card: a commitment as its recipient sees it on the day of the mail.

    ``notices`` are the kinds this card tells (assignment, reminder, review, escalation, done, closed);
    ``told_before`` the days on which reminders, or questions about an undated one, went out. ``days_left`` and
    ``working_days_left`` are negative when overdue. ``verbatim``: the quote was compared with the letter's text.
    ``link`` opens the page on which its reader acts; "" where there is none. ``entered_on`` is the day on which a new
    task became open, overdue already. What is ``listed`` stands in the list of the week instead of a card.
    """

    ref: str
    title: str
    quote: str
    letter: str
    letter_title: str
    section: str
    ordinal: str | None
    kind: str
    strength: str
    lead: str
    support: tuple[str, ...]
    role: str
    notices: tuple[str, ...]
    rung: str
    state: str
    band: str | None
    due_on: date | None
    first_due_on: date | None
    due_text: str
    due_basis: str | None
    due_rule: str
    provisional: bool
    review_on: date | None
    condition: str
    days_left: int | None
    working_days_left: int | None
    targets: tuple[TargetFigure, ...]
    last_progress: ProgressLine | None
    outcome: str | None
    closed_on: date | None
    closing_note: str
    reopened_because: str | None
    told_before: tuple[date, ...]
    evidence: tuple[str, ...]
    summary: str = ""
    verbatim: bool = False
    link: str = ""
    entered_on: date | None = None
    listed: bool = False
    waiting: tuple[RequestLine, ...] = ()
    corrected: CorrectionLine | None = None


@dataclass(frozen=True)
class Rendered:
    """A message in words.

    ``problem`` is a remark that says which template failed and why, when our own template had to step in.
    """

    subject: str
    text: str
    html: str
    problem: str | None = None


_OUR_FACTS = (Item, Sender, TargetFigure, ProgressLine, TemplateModule)


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, which does not inspect our own facts and macros: that took half of a mail's time."""

    def getattr(self, obj: object, attribute: str) -> object:
        """Give fields of the dataclasses above and macros of templates; ask the sandbox about all else."""
        if type(obj) in _OUR_FACTS and not attribute.startswith("_") and hasattr(obj, attribute):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: object, /, *arguments: object, **named: object) -> object:
        """Call macros of templates; ask the sandbox about all else."""
        if type(obj) is Macro:
            for inner in ("_block_vars", "_loop_vars"):  # meant for functions that ask for their context
                named.pop(inner, None)
            return obj(context.eval_ctx, *arguments, **named)
        return super().call(context, obj, *arguments, **named)


class Renderer:
    """Renders messages; compiling the templates costs a hundred mails."""

    def __init__(self, operator_dir: Path | None = None) -> None:
        """Read templates from ``operator_dir`` first, then from the package."""
        self._operator_dir = operator_dir
        roots = [TEMPLATES] if operator_dir is None else [operator_dir, TEMPLATES]
        self._environments = {locale: _environment(locale, roots) for locale in LOCALES}

    def render(self, kind: str, locale: str, context: Mapping[str, object]) -> Rendered:
        """Return subject, text and HTML of ``kind`` in ``locale``, from our own templates when the operator's fail.

        Raises what our own templates raise.
        """
        try:
            return self._from_templates(kind, locale, context)
        except Exception as error:
            if self._operator_dir is None:
                raise
            return from_ours(kind, locale, context, _problem_of(error))

    def _from_templates(self, kind: str, locale: str, context: Mapping[str, object]) -> Rendered:
        environment = self._environments[locale]
        subject, text, html = (
            environment.get_template(f"{kind}/{part}").render(context)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return Rendered(" ".join(subject.split()), _tidy(text), _tidy(html))


@cache
def built_in() -> Renderer:
    """Return what renders the package's own templates, one per process."""
    return Renderer()


def from_ours(kind: str, locale: str, context: Mapping[str, object], problem: str) -> Rendered:
    """Render with our own templates where the operator's failed with ``problem``. Raises what they raise."""
    return replace(
        built_in().render(kind, locale, context), problem=remark("template", kind=kind, locale=locale, problem=problem)
    )


def _tidy(text: str) -> str:
    """Return ``text`` with at most one blank line in a row: templates put one wherever a shape is empty."""
    return re.sub(r"\n[ \t]*(?:\n[ \t]*)+\n", "\n\n", text).strip() + "\n"


def _environment(locale: str, roots: Iterable[Path]) -> _Environment:
    loader = FileSystemLoader([root / folder for root in roots for folder in (locale, _SHARED)])
    environment = _Environment(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(_filters(locale))
    environment.filters["css"] = _styles(locale, loader.get_source(environment, "mail.css")[0])
    environment.tests["web"] = _is_web_address
    return environment


def _styles(locale: str, sheet: str) -> Callable[[str], Markup]:
    """Return the filter ``"chip overdue"|css``: the inline style of these classes under ``sheet`` in ``locale``.

    css-inline does the cascade on an empty element once per list of classes, and Jinja folds the filter of a
    constant when it compiles, so a mail costs nothing. Run over whole templates css-inline fails, because its
    HTML parser moves Jinja tags that stand between table rows out of the table; run over each mail it costs
    more than rendering it.
    """
    inliner = CSSInliner(extra_css=sheet, load_remote_stylesheets=False)

    @cache
    def css(classes: str) -> Markup:
        styled = inliner.inline(f'<html lang="{locale}"><body><p class="{classes}"></p></body></html>')
        match = re.search(r'<p[^>]* style="([^"]*)"', styled)
        if match is None:
            raise LookupError(f"mail.css has no rule for {classes!r}")
        return Markup(match[1])  # noqa: S704 - css-inline wrote it, from a sheet and class names of ours

    return css


def _filters(locale: str) -> dict[str, Callable[..., str]]:
    """Return the filters of templates: what the glossary says, and figures."""
    return {
        "day": lambda value: format_date(locale, _date(value)),
        "month": partial(_month, locale),
        "word": lambda value, group: in_words(locale, group, value),
        "count": lambda days, working_days: day_count(locale, working_days, days),
        "names": (", " if locale == "en" else "、").join,
        "figure": figure,
        "percent": percent,
    }


def _month(locale: str, text: str) -> str:
    """Return a month in words; text that is damaged stands as it is, and is seen where the mail is made."""
    return text if is_damaged(text) else format_month(locale, text)


def _date(value: date | str) -> date:
    """Read a date, or the day of an ISO date or instant."""
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def figure(value: float) -> str:
    """Return at most two decimals and no idle zeros: ``10``, ``6.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """Return ``part`` of ``whole`` with one decimal; a dash where nothing was due."""
    return f"{round(100 * part / whole, 1):g}%" if whole else "—"


def _is_web_address(url: str | None) -> bool:
    """Say whether ``url`` may become a link; anything else (``javascript:``) stays text."""
    return url is not None and url.startswith(("https://", "http://"))


def _problem_of(error: BaseException) -> str:
    """Return what is wrong with a template, with file and line from the traceback Jinja rewrites."""
    trace, problem = error.__traceback__, str(error)
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.suffix in (".txt", ".html"):
            place = f"{file.parent.name}/{file.name}"
            problem = remark("template_line", file=place, line=trace.tb_lineno, problem=error)
        trace = trace.tb_next
    return problem
