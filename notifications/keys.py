"""What notices are unique by and how receivers are written, as the database keeps both: values that print and parse.

Printed they are part of every Message-ID: another spelling would tell everybody everything again.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

CHANNEL = "mail"
ORGANISATION = "organisation"
FIELDS_BY, GENERATION_BY = "|", "/"  # what parts a key, and its kind from the generation

_SHAPES = {  # by kind of addressee, the most particular first
    "status": f"{ORGANISATION}/status/{{period}}",
    "copy": f"{ORGANISATION}/{{name}}/digest/{{period}}",
    "digest": "{name}/digest/{period}",
    "escalation": "{name}/escalation",
    "organisation": ORGANISATION,
    "department": "{name}",
}


def _reading(shape: str) -> re.Pattern[str]:
    return re.compile(shape.format(name="(?P<name>.+)", period=r"(?P<period>\d{4}-W?\d\d)"), re.DOTALL)


_READING = {kind: _reading(shape) for kind, shape in _SHAPES.items()}


@dataclass(frozen=True)
class Addressee:
    """One who gets at most one message a day; all notices of one addressee and day go out together.

    ``kind`` is ``department`` (``市民政局``), ``organisation``, ``escalation`` (named after the mailbox in which it
    ends, ``boss@gz.example/escalation``), ``digest`` (one month of one unit, ``市台联/digest/2019-07``), ``copy`` (of
    that, for the organisation) or ``status`` (of a week, ``organisation/status/2019-W41``).
    """

    kind: str
    name: str = ""
    period: str = ""

    def __str__(self) -> str:
        """Print it as the database keeps it."""
        return _SHAPES[self.kind].format(name=self.name, period=self.period)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return what a text names; one without any other shape is a department's name."""
        found = ((kind, reading.fullmatch(text)) for kind, reading in _READING.items())
        kind, match = next((kind, match) for kind, match in found if match or kind == "department")
        return cls(kind, **match.groupdict()) if match else cls(kind, text)

    @property
    def thread(self) -> str:
        """Return what its messages of all months have in common."""
        return str(self).removesuffix(f"/digest/{self.period}")


@dataclass(frozen=True, kw_only=True)
class NoticeKey:
    """What a notice is unique by: ``reminder/1|2019-1007-03|+6wd|2019-12-31|市民政局|lead|mail``.

    ``generation`` counts how often the ladder was begun: reopening adds one. ``subject`` is a ref, a unit or a week,
    ``step`` a step of the ladder or a month, ``day`` the date meant, ``name`` who is told in which ``role``.
    """

    kind: str
    generation: int = 1
    subject: str
    step: str = ""
    day: date | None = None
    name: str
    role: str
    channel: str = CHANNEL

    def __str__(self) -> str:
        """Print it as the database keeps it."""
        kind, day = f"{self.kind}{GENERATION_BY}{self.generation}", self.day.isoformat() if self.day else ""
        return FIELDS_BY.join((kind, self.subject, self.step, day, self.name, self.role, self.channel))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what a key says, None for any other text."""
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        facts: dict[str, Any] = match.groupdict()
        try:
            facts["day"] = date.fromisoformat(facts["day"]) if facts["day"] else None
        except ValueError:
            return None
        return cls(**{**facts, "generation": int(facts["generation"])})


_KEY = re.compile(
    r"(?P<kind>[a-z]+)/(?P<generation>[0-9]+)\|(?P<subject>.*)\|(?P<step>[^|]*)\|(?P<day>[^|]*)"
    r"\|(?P<name>[^|]*)\|(?P<role>[a-z]*)\|(?P<channel>[a-z]*)",
    re.DOTALL,
)
