"""What a key of the configuration can hold: text in the file, parsed once into the value the program works with."""

import re
import shlex
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, PlainSerializer, PlainValidator
from pydantic_core import CoreSchema, core_schema

from commitments import addresses
from commitments.calendar.deadlines import Offset
from commitments.errors import Mistake

LOOPBACK = ("localhost", "127.0.0.1", "::1")
MAX_REPEATS, MAX_MONTHS = 12, 120
MIN_KEY_LENGTH = 32  # characters of a key that signs links; ours have 43
DURATION_UNITS = {"h": timedelta(hours=1), "m": timedelta(minutes=1), "s": timedelta(seconds=1)}


@dataclass(frozen=True)
class Parsed:
    """How pydantic reads a text into a value and writes it again; ``parse`` raises Mistake."""

    parse: Callable[[str], object]
    write: Callable[[Any], str] = str
    min_length: int = 0

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take text only."""
        text = core_schema.str_schema(strict=True, min_length=self.min_length)
        written = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.no_info_after_validator_function(self.parse, text, serialization=written)


# -- distances and times ---------------------------------------------------------------------------------------


def _distance(text: str) -> Offset:
    try:
        return Offset.parse(text)
    except ValueError:
        raise Mistake("no_offset", value=text) from None


def _distance_in_days(text: str) -> Offset:
    offset = _distance(text)
    if offset.unit == "m":
        raise Mistake("no_months", value=text)
    return offset


def _ahead(parse: Callable[[str], Offset], text: str) -> Offset:
    offset = parse(text)
    if offset.n <= 0:
        raise Mistake("not_ahead", value=text)
    return offset


def _written_ahead(offset: Offset) -> str:
    return str(offset).removeprefix("+")


def _repeats(value: object) -> Offset | list[Offset]:
    """Read one distance, or several; from the environment they come parted by commas."""
    if isinstance(value, str) and "," not in value:
        return _repeat(value)
    several = value.split(",") if isinstance(value, str) else value
    if not isinstance(several, list) or not 1 <= len(several) <= MAX_REPEATS:
        raise Mistake("no_repeats", most=MAX_REPEATS)
    return [_repeat(each) for each in several]


def _repeat(value: object) -> Offset:
    if not isinstance(value, str):
        raise Mistake("no_offset", value=value)
    offset = _ahead(_distance, value)
    if offset.unit == "m" and offset.n > MAX_MONTHS:
        raise Mistake("far_months", value=value, most=MAX_MONTHS)
    return offset


def _written_repeats(repeats: Offset | Sequence[Offset]) -> str | list[str]:
    return _written_ahead(repeats) if isinstance(repeats, Offset) else [_written_ahead(each) for each in repeats]


def _send_time(text: str) -> time:
    """Ticks may be an hour apart, and what was not sent by midnight waits for the next working day."""
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise Mistake("no_time", value=text)
    if text > "23:00":
        raise Mistake("late_time", value=text)
    return time.fromisoformat(text)


def _duration(text: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,6}[smh]", text):
        raise Mistake("no_duration", value=text)
    return int(text[:-1]) * DURATION_UNITS[text[-1]]


def _written_duration(duration: timedelta) -> str:
    name, unit = next((name, unit) for name, unit in DURATION_UNITS.items() if not duration % unit)
    return f"{duration // unit}{name}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise Mistake("no_zone", value=name) from wrong


# -- addresses and commands ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DatabaseUrl:
    """Where the database is. ``address`` may hold a password and is never shown; ``file`` is SQLite's, as written."""

    address: str = field(repr=False)
    shown: str
    file: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``sqlite:///FILE`` or ``postgresql://…``. Raises Mistake, without quoting what may be a password."""
        if plain := re.fullmatch(r"sqlite:///([A-Za-z0-9_./ -]*)", text):  # SQLAlchemy takes 150 ms to import
            return cls(text, text, Path(plain[1] or "yinuo.db"))
        return cls(*_read_url(text))

    @classmethod
    def at(cls, file: Path) -> Self:
        """Return the URL of an SQLite file; the signs that mean something in a URL are escaped."""
        address = "sqlite:///" + str(file).replace("%", "%25").replace("?", "%3F")
        return cls(address, address, file)

    def within(self, folder: Path) -> "DatabaseUrl":
        """Return the URL with an SQLite file looked for in ``folder``."""
        return self if self.file is None else DatabaseUrl.at(folder / self.file)


def _read_url(text: str) -> tuple[str, str, Path | None]:
    """Return address, what is shown of it, and SQLite's file; psycopg is named for PostgreSQL. Raises Mistake."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    from commitments.storage import shown

    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):  # their sentences may quote a part of the password
        raise Mistake("no_database_url") from None
    if backend not in ("sqlite", "postgresql"):
        raise Mistake("other_database", name=backend)
    if backend == "sqlite":
        return text, shown(url), Path(url.database or "yinuo.db")
    if "@" in (url.database or ""):  # what follows the first @ would be taken for the host
        raise Mistake("url_signs")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False), shown(url), None


def _command(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text))
    except ValueError:  # its sentence may quote a token
        raise Mistake("open_quotes") from None


def _web_address(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise Mistake("no_ping_url")
    return text


def _mail_address(text: str) -> str:
    if text and (wrong := addresses.problem(text)):
        raise Mistake("bad_mailbox", value=text, why=wrong)
    return text


def _base_url(text: str) -> str:
    """Pages lie below it: no name and password, no question, no fragment."""
    if text and not re.fullmatch(
        r"https?://([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[\w.~-]+)*/?", text, re.ASCII
    ):
        raise Mistake("no_base_url")
    return text


def _masked(value: object) -> str:
    return "***" if value else ""


# -- files -----------------------------------------------------------------------------------------------------


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _written_path(path: Path | None) -> str:
    return str(path or "")


def _secret(path: Path) -> str:
    """A file with a secret must be there, readable, and nobody else's business; return its text. Raises Mistake.

    No sentence quotes a byte of it. What editors put before the text (BOM) and behind it (line ends) is none of it.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # reading a FIFO would wait for ever
            raise Mistake("secret_no_file", path=path)
        content = path.read_bytes()
    except OSError as wrong:
        raise Mistake("secret_unreadable", path=path, problem=wrong.strerror) from wrong
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise Mistake("secret_open", path=path)
    if b"\0" in content:
        raise Mistake("secret_utf16", path=path)
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Mistake("secret_encoding", path=path) from None
    if not text:
        raise Mistake("secret_empty", path=path)
    return text


def password(path: Path) -> str:
    """Return the one line of a password file. Raises Mistake."""
    text = _secret(path)
    if len(text.splitlines()) > 1:
        raise Mistake("secret_lines", path=path)
    return text


def link_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of a file, the newest first; no sentence quotes one. Raises Mistake."""
    keys = tuple(_secret(path).split())
    if not keys or min(map(len, keys)) < MIN_KEY_LENGTH:
        raise Mistake("short_keys", path=path, least=MIN_KEY_LENGTH)
    return keys


# -- kinds of keys ---------------------------------------------------------------------------------------------

Rung = Annotated[Offset, Parsed(_distance_in_days)]
Ahead = Annotated[Offset, Parsed(partial(_ahead, _distance_in_days), _written_ahead)]
MonthsAhead = Annotated[Offset, Parsed(partial(_ahead, _distance), _written_ahead)]
Repeats = Annotated[Offset | list[Offset], PlainValidator(_repeats), PlainSerializer(_written_repeats)]
SendTime = Annotated[time, Parsed(_send_time, lambda at: f"{at:%H:%M}")]
Duration = Annotated[timedelta, Parsed(_duration, _written_duration)]
Zone = Annotated[ZoneInfo, Parsed(_zone)]
Url = Annotated[DatabaseUrl, Parsed(DatabaseUrl.parse, lambda url: url.shown)]
Command = Annotated[tuple[str, ...], Parsed(_command, _masked)]
PingUrl = Annotated[str, Parsed(_web_address, _masked)]
BaseUrl = Annotated[str, Field(max_length=200), AfterValidator(_base_url)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
FilePath = Annotated[Path, Parsed(Path)]
NamedPath = Annotated[Path, Parsed(Path, min_length=1)]
OptionalPath = Annotated[Path | None, Parsed(_path, _written_path)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", ""]
