"""What the program says of itself and of mails: stored as codes of REMARKS, worded when shown.

Alerts are such codes, and whatever stands where a relay's answer would and no relay gave one. A fact may be a code
itself; an error speaks each language, and is kept in all of them. Other text, such as a relay's answer or an alert of
before there were codes, stands for itself.
"""

from commitments import codes
from commitments.errors import Error, Mistake, Problem
from commitments.i18n import LOCALES

REMARKS = {  # with their parameters
    "all_refused": ("answer",),
    "backup": ("trouble",),
    "cancelled": (),
    "channel": ("name", "problem"),
    "clock": ("why",),
    "closed": ("problem",),
    "damaged": ("id", "mailbox"),
    "dead": ("id", "mailbox", "answer"),
    "endless_answer": ("lines",),
    "endless_line": (),
    "evidence": ("trouble",),
    "flood": ("notices", "recipients", "most_notices", "most_recipients"),
    "forbidden_digest": (),
    "hung_up": (),
    "no_answer": ("problem",),
    "no_folder": ("folder", "problem"),
    "not_offered": ("what",),
    "pass_fails": ("step", "trouble"),
    "pass_fails_for": ("step", "who", "trouble"),
    "pass_fails_for_some": ("step", "who", "more", "trouble"),
    "printed": (),
    "refused": ("id", "mailbox", "answer"),
    "relay": ("host", "port", "answer"),
    "restored": ("notices", "messages"),
    "sender_ended": (),
    "stale": (),
    "template": ("kind", "locale", "problem"),
    "template_bounds": ("seconds", "mib"),
    "template_line": ("file", "line", "problem"),
    "timed_out": (),
    "uncomposable": ("key", "why"),
    "unreadable_challenge": (),
    "unwritable_folder": ("folder",),
}


def remark(name: str, /, **facts: object) -> str:
    """Return the code of one of REMARKS with its parameters."""
    return codes.code(name, **{key: _kept(fact) for key, fact in facts.items()})


def _kept(fact: object) -> codes.Fact:
    if not isinstance(fact, Error | Mistake | Problem):
        return str(fact)
    said = {locale: fact.message(locale) for locale in LOCALES}
    return said if len(set(said.values())) > 1 else str(fact)


def is_remark(text: str) -> bool:
    """Say whether a text is what ``remark`` writes."""
    return codes.read_code(text, REMARKS) is not None


def words(locale: str, text: str) -> str:
    """Return a remark as ``locale`` says it; other text stands for itself."""
    found = codes.read_code(text, REMARKS)
    if found is None:
        return text
    name, facts = found
    plain = {key: words(locale, fact) if isinstance(fact, str) else fact for key, fact in facts.items()}
    return codes.say_code(locale, "remark", name, plain)


def worded(text: str) -> Problem:
    """Return a remark as a text in English that speaks each reader's language."""
    return text if isinstance(text, Problem) else Problem(lambda locale: words(locale, text))
