"""Links are keys: each says what it opens and is signed; no accounts, no passwords.

A token is a signed row of numbers: ids, generation, a day, a month; nothing that names anybody. The same facts give the
same URL, because a mail is composed again and compared before it is sent again. ``read`` checks signature, purpose and
shape only: whether the generation still holds, the day has passed or the item is closed, the ledger says.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from itsdangerous import BadData, URLSafeSerializer

OWNER, DESK, UNIT, FEED = "owner", "desk", "unit", "feed"
DESK_DAYS = 35  # a weekly mail brings the next one; a month of holidays must not lock anybody out
UNIT_DAYS = 70  # a monthly mail brings the next one
MAX_TOKEN_CHARACTERS = 300  # characters of a token that is looked at; ours are under 100

# A signature of 43 signs has two bits to spare: without the list of last signs four tokens would read as one.
_TOKEN = re.compile(r"\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")


@dataclass(frozen=True)
class Claim:
    """What a link opens; ``department_id`` is 0 for the desk, ``until`` the last day on which it does."""

    purpose: str
    department_id: int
    generation: int
    commitment_id: int = 0
    until: date | None = None
    month: str = ""


class Links:
    """Makes and reads links under ``base_url``; ``keys`` has the newest first: that one signs, all are accepted."""

    def __init__(self, base_url: str, keys: Sequence[str]) -> None:
        self._base = base_url.rstrip("/")
        self._signers = {purpose: _signer(purpose, keys) for purpose in (OWNER, DESK, UNIT, FEED)}

    def owner(self, department_id: int, generation: int, commitment_id: int) -> str:
        """Return the page on which a department answers for one commitment, for as long as that is live."""
        return self._url("o", OWNER, department_id, generation, commitment_id)

    def desk(self, generation: int, today: date) -> str:
        """Return the coordinator's page, open for DESK_DAYS."""
        return self._url("d", DESK, generation, _until(today, DESK_DAYS))

    def unit(self, department_id: int, generation: int, month: str, today: date) -> str:
        """Return the page on which a proposing unit judges ``month`` (``2019-07``), open for UNIT_DAYS."""
        return self._url("u", UNIT, department_id, generation, month, _until(today, UNIT_DAYS))

    def feed(self, department_id: int, generation: int) -> str:
        """Return a department's calendar, for programs that subscribe to it."""
        return self._url("f", FEED, department_id, generation).removesuffix("/") + ".ics"

    def read(self, purpose: str, token: str) -> Claim | None:
        """Return what a token of ``purpose`` says, None for any other text; never raises."""
        if len(token) > MAX_TOKEN_CHARACTERS or not _TOKEN.fullmatch(token):
            return None
        try:
            return _claim(purpose, self._signers[purpose].loads(token))
        except BadData:
            return None

    def _url(self, page: str, purpose: str, *facts: int | str) -> str:
        return f"{self._base}/{page}/{self._signers[purpose].dumps(facts)}/"


def _signer(purpose: str, keys: Sequence[str]) -> URLSafeSerializer:
    """One salt per purpose: a link for one page opens no other."""
    how = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    oldest_first = list(reversed(keys))
    return URLSafeSerializer(oldest_first, salt=f"yinuo.links.{purpose}", signer_kwargs=how)


def _until(today: date, days: int) -> int:
    return (today + timedelta(days=days)).toordinal()


def _claim(purpose: str, facts: object) -> Claim | None:
    match purpose, facts:
        case "owner", [int(department), int(generation), int(commitment)]:
            return Claim(purpose, department, generation, commitment_id=commitment)
        case "desk", [int(generation), int(until)]:
            return Claim(purpose, 0, generation, until=date.fromordinal(until))
        case "unit", [int(department), int(generation), str(month), int(until)]:
            return Claim(purpose, department, generation, until=date.fromordinal(until), month=month)
        case "feed", [int(department), int(generation)]:
            return Claim(purpose, department, generation)
    return None
