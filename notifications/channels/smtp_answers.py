"""What a relay's refusal means: whose trouble it is, and when the relay may be asked again. Pure functions over text.

Sources: RFC 5321 (codes), RFC 3463 (enhanced codes), and the words that public mail services and mail servers answer
with. A refusal about the mailbox is that recipient's; one about quota, frequency, filters or our login is the relay's
or ours, and must cost no message its life. Words that nobody foresaw leave a 5xx the recipient's, as it always was.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from commitments.files.encodings import decode_answer
from notifications.channels.smtp_words import MEANINGS, Meaning

NEXT_DAY = timedelta.max  # rest until the relay's day is over
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MAX_WAIT = timedelta(hours=24)  # of what a relay may ask for
MAX_ANSWER_CHARACTERS = 500  # characters of a relay's answer that are kept


@dataclass(frozen=True)
class Refusal:
    """How a refusal is judged.

    ``certain`` says that it names this mailbox or message; ``relay`` that it is not about this recipient; ``session``
    that only this connection has carried enough. ``rest`` is how long the channel should rest, None for the usual
    back-off.
    """

    certain: bool = False
    relay: bool = False
    session: bool = False
    rest: timedelta | None = None


RECIPIENT = Refusal(certain=True)
_ADDRESS = re.compile(r"\S*@\S*|https?:\S*|<[^>]*>")
_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_MAILBOX = {(1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (7, 2)}
_MAILBOX = {(2, 1), (2, 2), (2, 3), (2, 4)}  # disabled, full, too large for it, a list
_RELAYS = {(1, 7), (1, 8), (1, 90), (3, 1), (3, 2), (3, 5), (4, 2), (4, 3), (4, 5), (5, 3)}
_RESTRICTED = {124, 129, 133, 134, 136}  # x.7.z of Exchange: this group or person takes no mail from us
_DIALOGUE = {421, 432, 454, 500, 502, 503, 530, 534, 535, 538}  # about the session or the login, never a recipient


def judge(code: int, text: str) -> Refusal:
    """Judge a refusal at RCPT, DATA or after the final dot by its code and words (of an answer as ``shown`` gives)."""
    words = _ADDRESS.sub(" ", text.casefold())
    status = _status(text)
    if status in _NO_SUCH_MAILBOX:
        return RECIPIENT
    for meaning in MEANINGS:
        if meaning.kind == "filter" and status in _MAILBOX:
            continue
        if meaning.found(words):
            return _as(meaning, code, words)
    if not _by_code(code, status):
        return Refusal(certain=status in _MAILBOX)
    congested = code >= 500 and status == (4, 5)
    return Refusal(relay=True, session=code == 421, rest=asked_for(words) or (_unit(words) if congested else None))


def names_mailbox(answer: str) -> bool:
    """Say whether an answer that was kept is certainly about one mailbox or message."""
    return answer[:3].isdigit() and judge(int(answer[:3]), answer).certain


def _as(meaning: Meaning, code: int, words: str) -> Refusal:
    if meaning.kind == "recipient":
        return RECIPIENT
    if meaning.kind == "session":
        return Refusal(relay=True, session=True, rest=asked_for(words))
    wait = asked_for(words)
    return Refusal(relay=True, session=code == 421, rest=wait or (_unit(words) if meaning.kind == "limit" else None))


def _status(text: str) -> tuple[int, int] | None:
    found = _CODE.search(text)
    return (int(found[2]), int(found[3])) if found else None


def _by_code(code: int, status: tuple[int, int] | None) -> bool:
    """Say whether the codes alone blame the relay. 4.7.1 is greylisting more often than not; 5.7.1 is policy."""
    if status is not None and status[0] == 7:
        return status[1] not in _RESTRICTED and not (code < 500 and status[1] == 1)
    return status in _RELAYS or code in _DIALOGUE


_DAILY = re.compile(
    r"daily|per day|a day|today|24 ?h|monthly|quota|[每当當今]日|[每当當今一]天|每月|24 ?小[时時]|[额額]度|配[额額]"
)
_MINUTELY = re.compile(r"per minute|each minute|a minute|minutely|每分[钟鐘]|一分[钟鐘]")
_HOURLY = re.compile(r"hour|小[时時]")


def _unit(words: str) -> timedelta:
    """Return how long a limit lasts: a minute's two minutes, an hour's an hour, a day's until the next day."""
    if _MINUTELY.search(words):
        return 2 * MINUTE
    if _HOURLY.search(words) and not re.search(r"24 ?(?:h|小)", words):
        return HOUR
    return NEXT_DAY if _DAILY.search(words) else HOUR


_WAIT = re.compile(
    r"(?:in|after|within|wait|for|retry)[: ]+(\d{1,6}) ?(s|sec\w*|m|min\w*|h|hour\w*|hr\w*)\b"
    r"|(\d{1,6}) ?(秒|分[钟鐘]?|小[时時]|个小[时時]|個小時)[钟鐘]?(?:之?[后後内內]|再)"
)
_UNITS = {"s": timedelta(seconds=1), "秒": timedelta(seconds=1), "m": MINUTE, "分": MINUTE}


def asked_for(words: str) -> timedelta | None:
    """Return how long the relay asks us to wait, between a minute and a day; None when it does not say."""
    found = _WAIT.search(words)
    if found is None:
        return None
    number, unit = int(found[1] or found[3]), (found[2] or found[4])[0]
    return min(max(number * _UNITS.get(unit, HOUR), MINUTE), MAX_WAIT)


# -- words for people, and words to compare --------------------------------------------------------------------


def shown(code: int, answer: bytes) -> str:
    """Return an answer as it can be kept and read: its charset found out, one line, nothing that cannot be seen."""
    return visible(f"{code} {decode_answer(answer)}")


def visible(text: str) -> str:
    """Keep what a log and a database can hold; a relay may answer anything, NUL included."""
    return "".join(c if c.isprintable() else " " for c in text)[:MAX_ANSWER_CHARACTERS]


_WITH_FIGURES = re.compile(r"\S*\d\S*")
_WORD = re.compile(r"[^\W\d_]+")


def canonical(answer: str, mailbox: str) -> str:
    """Return what is the same in a refusal whoever is refused: code and words, without addresses, ids and times."""
    status = _CODE.search(answer)
    local = mailbox.partition("@")[0].casefold()
    words = _WITH_FIGURES.sub(" ", _ADDRESS.sub(" ", answer.casefold()))
    said: Sequence[str] = [word for word in _WORD.findall(words) if word != local]
    return " ".join((answer[:3], status[0] if status else "", *said))
