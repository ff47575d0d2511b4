"""The configuration: TOML, environment over it, defaults under it; every mistake named with file, line and key.

A file over 300 lines: each key is a line here, and its rules stand beside it so that no mistake hides another.
"""

import difflib
import re
import shlex
import stat
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_serializer,
    field_validator,
)
from pydantic_core import ErrorDetails
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from commitments import addresses
from commitments.deadlines import Offset
from commitments.errors import Error

PREFIX = "TRACKER_"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_REPEATS, MOST_MONTHS = 12, 120
SHORTEST_KEY = 32  # characters of a key that signs links; ours have 43

Key = tuple[str, ...]  # ("mail", "port")


class ConfigError(Error):
    """The configuration is wrong; ``problems`` has one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        """Take one sentence per problem."""
        super().__init__(problem="\n".join(problems))
        self.problems = problems


# -- kinds of values -------------------------------------------------------------------------------------------


def _offset(*units: str) -> AfterValidator:
    def check(text: str) -> str:
        if Offset.parse(text).unit not in units:
            raise ValueError(f"{text!r} must be counted in {' or '.join(units)}")
        return text

    return AfterValidator(check)


def _later(text: str) -> str:
    if Offset.parse(text).n <= 0:
        raise ValueError(f"{text!r} must be a distance ahead, such as 5wd")
    return text


def _repeats(value: object) -> str | list[str]:
    """Read one distance, or several; from the environment they come parted by commas."""
    if isinstance(value, str) and "," not in value:
        return _repeat(value)
    several = value.split(",") if isinstance(value, str) else value
    if not isinstance(several, list) or not 1 <= len(several) <= MOST_REPEATS:
        raise ValueError(f"it must be a distance such as 5wd, or a list of 1 to {MOST_REPEATS} of them")
    return [_repeat(each) for each in several]


def _repeat(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a distance like 5wd")  # noqa: TRY004 - pydantic takes this one
    ahead = Offset.parse(_later(value))
    if ahead.unit == "m" and ahead.n > MOST_MONTHS:
        raise ValueError(f"{value!r} is more than {MOST_MONTHS} months")
    return value.strip()


def _clock_time(text: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text!r} is not a time of day such as 09:00")
    return text


def _leaves_an_hour(text: str) -> str:
    """Ticks may be an hour apart, and what was not sent by midnight waits for the next working day."""
    if text > "23:00":
        raise ValueError(f"{text!r} is too late in the day; 23:00 is the latest")
    return text


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise ValueError(f"there is no time zone {name!r}") from wrong
    return name


def _url(text: str) -> str:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):  # their sentences may quote a part of the password
        raise ValueError("it is not a database URL such as sqlite:///yinuo.db") from None
    if backend not in ("sqlite", "postgresql"):
        raise ValueError(f"{backend} is not supported; use sqlite or postgresql (write postgresql://, not postgres://)")
    if backend == "postgresql" and "@" in (url.database or ""):  # what follows the first @ would be taken for the host
        raise ValueError("a name or password with @, / or : must be written with %40, %2F or %3A")
    return text


def _duration(text: str) -> str:
    if not re.fullmatch(r"[0-9]{1,6}[smh]", text):
        raise ValueError(f"{text!r} is not a duration such as 30s, 15m or 2h")
    return text


def _command(text: str) -> str:
    try:
        shlex.split(text)
    except ValueError:  # its sentence may quote a token
        raise ValueError("its quotes do not match") from None
    return text


def _web(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise ValueError("it is not an address such as https://status.example/ping/…")
    return text


def _address(text: str) -> str:
    if text and (wrong := addresses.problem(text)):
        raise ValueError(f"{text!r} is not a mail address: {wrong}")
    return text


def _base(text: str) -> str:
    """Pages lie below it: no name and password, no question, no fragment."""
    if text and not re.fullmatch(
        r"https?://([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[\w.~-]+)*/?", text, re.ASCII
    ):
        raise ValueError("it is not an address such as https://yinuo.city.gov.example")
    return text


def _secret(path: Path) -> str:
    """A file with a secret must be there, readable, and nobody else's business; return its text. Raises ValueError.

    No sentence quotes a byte of it. What editors put before the text (BOM) and behind it (line ends) is none of it.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):  # reading a FIFO would wait for ever
            raise ValueError(f"{path} cannot be read: it is not a file")
        content = path.read_bytes()
    except OSError as wrong:
        raise ValueError(f"{path} cannot be read: {wrong.strerror}") from wrong
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise ValueError(f"{path} is open to everybody; chmod 600 it")
    if b"\0" in content:
        raise ValueError(f"{path} is not UTF-8 text (perhaps UTF-16); save it as UTF-8")
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8 text; save it as UTF-8") from None
    if not text:
        raise ValueError(f"{path} is empty")
    return text


def _password(path: Path) -> str:
    """Return the one line of a password file. Raises ValueError."""
    text = _secret(path)
    if len(text.splitlines()) > 1:
        raise ValueError(f"{path} must hold the password alone, on one line")
    return text


def link_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of a file, the newest first; no sentence quotes one. Raises ValueError."""
    keys = tuple(_secret(path).split())
    if not keys or min(map(len, keys)) < SHORTEST_KEY:
        raise ValueError(f"{path} must hold keys of at least {SHORTEST_KEY} characters, one a line")
    return keys


Rung = Annotated[str, _offset("d", "wd")]
Ahead = Annotated[str, _offset("d", "wd"), AfterValidator(_later)]
Months = Annotated[str, _offset("d", "wd", "m"), AfterValidator(_later)]
ClockTime = Annotated[str, AfterValidator(_clock_time)]
SendAt = Annotated[ClockTime, AfterValidator(_leaves_an_hour)]
Address = Annotated[str, AfterValidator(_address)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", ""]


# -- the sections ----------------------------------------------------------------------------------------------


class Section(BaseModel):
    """A table of the file: its keys are all there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Database(Section):
    """``[database]``."""

    url: Annotated[str, AfterValidator(_url)] = "sqlite:///yinuo.db"

    @field_serializer("url")
    def _masked(self, url: str) -> str:
        from commitments.storage import shown  # noqa: PLC0415 - slow to import

        return shown(make_url(url))

    def __repr_args__(self) -> Iterator[tuple[str, object]]:
        """Show what is dumped: the URL without its password."""
        yield from self.model_dump().items()


class Organisation(Section):
    """``[organisation]``: the replying unit whose ledger this is."""

    name: str = ""
    mailbox: Address = "office@yinuo.example"
    reply_to: Address = ""
    contact: str = ""


class Mail(Section):
    """``[mail]``: the carrier."""

    channel: Literal["folder", "smtp", "console"] = "folder"
    folder: str = "outbox"
    host: str = "localhost"
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_file: str = ""
    sender: Annotated[Address, Field(validate_default=True)] = "tracker@yinuo.example"
    max_per_minute: Annotated[int, Field(ge=0)] = 30
    connections: Annotated[int, Field(ge=1, le=64)] = 4
    retry_unknown_after: Annotated[str, AfterValidator(_duration)] = "15m"
    templates: str = ""

    @field_validator("security")
    @classmethod
    def _private(cls, security: str, info: ValidationInfo) -> str:
        plain = security == "none" and info.data.get("channel") == "smtp"
        if plain and info.data.get("host", "localhost") not in LOOPBACK:
            raise ValueError('"none" is allowed to a relay on this machine only; use starttls or tls')
        return security

    @field_validator("password_file")
    @classmethod
    def _kept(cls, name: str, info: ValidationInfo) -> str:
        """Look at the file only when ``load`` says in which folder it lies."""
        if name and info.context:
            _password(info.context["folder"] / name)
        return name

    @field_validator("sender")
    @classmethod
    def _real(cls, sender: str, info: ValidationInfo) -> str:
        pretended = not sender or sender.lower().endswith((".example", "@example"))
        if pretended and info.data.get("channel") == "smtp":
            raise ValueError("channel smtp needs a real address, not one that ends in .example")
        return sender

    @property
    def unknown_after(self) -> timedelta:
        """How long a message with an unknown outcome waits."""
        unit = {"s": "seconds", "m": "minutes", "h": "hours"}[self.retry_unknown_after[-1]]
        return timedelta(**{unit: int(self.retry_unknown_after[:-1])})


class Reminders(Section):
    """``[reminders]``: the ladder."""

    send_at: SendAt = "09:00"
    rungs: Annotated[list[Rung], Field(min_length=1)] = ["-30d", "-7wd", "-3wd", "0d", "+1wd"]
    repeat_overdue: Annotated[str | list[str], PlainValidator(_repeats)] = "5wd"
    escalate_after: Ahead = "5wd"
    escalate_after_reviews: Annotated[int, Field(ge=1, le=100)] = 2
    review_every: Months = "3m"

    @property
    def repeats(self) -> list[str]:
        """The distances between reminders of what is overdue, one after the other; the last one goes on."""
        return [self.repeat_overdue] if isinstance(self.repeat_overdue, str) else self.repeat_overdue


class Digest(Section):
    """``[digest]``."""

    day: Annotated[int, Field(ge=1, le=15)] = 1
    approval: Literal["none", "required"] = "none"
    status_weekday: Weekday = "monday"


class GuardSection(Section):
    """``[guard]``."""

    recipients: Annotated[int, Field(ge=1)] = 200
    notices: Annotated[int, Field(ge=1)] = 2000


class DaemonSection(Section):
    """``[daemon]``. Command and address may hold tokens: they are shown as ***."""

    tick_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    alert_command: Annotated[str, AfterValidator(_command)] = ""
    ping_url: Annotated[str, AfterValidator(_web)] = ""

    @field_serializer("alert_command", "ping_url")
    def _masked(self, value: str) -> str:
        return "***" if value else ""

    def __repr_args__(self) -> Iterator[tuple[str, object]]:
        """Show what is dumped."""
        yield from self.model_dump().items()


class Web(Section):
    """``[web]``: pages, and the links to them in mails. Without ``base_url`` there are no links."""

    base_url: Annotated[str, Field(max_length=200), AfterValidator(_base)] = ""
    keys_file: Annotated[str, Field(min_length=1, validate_default=True)] = "web-keys"
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8019
    threads: Annotated[int, Field(ge=1, le=12)] = 4
    per_minute: Annotated[int, Field(ge=1)] = 120
    item_files: Annotated[int, Field(ge=1)] = 100
    item_megabytes: Annotated[int, Field(ge=1)] = 300
    day_megabytes: Annotated[int, Field(ge=1)] = 200
    free_megabytes: Annotated[int, Field(ge=0)] = 1000

    @field_validator("keys_file")
    @classmethod
    def _sound(cls, name: str, info: ValidationInfo) -> str:
        """Look at the file when links are wanted and it is there; it is made when first needed."""
        if info.context and info.data.get("base_url") and (path := info.context["folder"] / name).exists():
            link_keys(path)
        return name


class CalendarSection(Section):
    """``[calendar]``."""

    file: str = ""


class Config(Section):
    """The whole configuration. Relative paths lie beside the file it came from."""

    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"
    environment: Annotated[str, Field(min_length=1)] = "production"
    database: Database = Database()
    organisation: Organisation = Organisation()
    mail: Mail = Mail()
    reminders: Reminders = Reminders()
    digest: Digest = Digest()
    guard: GuardSection = GuardSection()
    daemon: DaemonSection = DaemonSection()
    web: Web = Web()
    calendar: CalendarSection = CalendarSection()
    _folder: Path = PrivateAttr(default_factory=Path)
    _source: Path | None = PrivateAttr(default=None)

    @property
    def folder(self) -> Path:
        """Where relative paths begin."""
        return self._folder

    @property
    def source(self) -> Path | None:
        """The file this came from."""
        return self._source

    @property
    def database_url(self) -> str:
        """The URL with an SQLite path made absolute, and psycopg named for PostgreSQL."""
        return absolute_url(self.database.url, self._folder)

    @property
    def mail_folder(self) -> Path:
        """Where channel ``folder`` writes."""
        return self._folder / self.mail.folder

    @property
    def calendar_file(self) -> Path | None:
        """The operator's working days."""
        return self._folder / self.calendar.file if self.calendar.file else None

    @property
    def templates_folder(self) -> Path | None:
        """The operator's own mail templates."""
        return self._folder / self.mail.templates if self.mail.templates else None

    @property
    def keys_file(self) -> Path:
        """The keys that sign links."""
        return self._folder / self.web.keys_file

    def password(self) -> str:
        """Read the relay's password from its file, afresh each time. Raises ConfigError."""
        if not self.mail.password_file:
            return ""
        try:
            return _password(self._folder / self.mail.password_file)
        except ValueError as wrong:
            raise ConfigError([f"mail.password_file: {wrong}."]) from wrong

    def at_database(self, path: Path) -> "Config":
        """Return the same settings on another SQLite file, with keys beside it: links of rehearsals open nothing."""
        web = self.web.model_copy(update={"keys_file": str(path.resolve().with_name("web-keys"))})
        return self.model_copy(update={"database": Database(url=f"sqlite:///{path.resolve()}"), "web": web})

    def without_pages(self) -> "Config":
        """Return the same settings without links: what only holds and counts signs nothing."""
        return self.model_copy(update={"web": self.web.model_copy(update={"base_url": ""})})

    def dump(self) -> dict[str, Any]:
        """Return every setting as understood; a password in the database URL is masked."""
        return self.model_dump()


def absolute_url(text: str, folder: Path) -> str:
    """Return a database URL with an SQLite path made absolute from ``folder``, and psycopg named for PostgreSQL.

    Raises ValueError for what is no such URL.
    """
    url = make_url(_url(text))
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return f"sqlite:///{folder / (url.database or 'yinuo.db')}"


# -- reading ---------------------------------------------------------------------------------------------------


def load(path: Path | None, env: Mapping[str, str], cwd: Path) -> Config:
    """Read the configuration; ``path`` is what ``--config`` named. Raises ConfigError with all mistakes at once."""
    source = find(path, env, cwd)
    text = _read(source)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError([f"{source}: not valid TOML: {wrong}."]) from wrong
    origins, problems = _overlay(table, env)
    folder = source.resolve().parent
    try:
        config = Config.model_validate(table, context={"folder": folder})
    except ValidationError as wrong:
        problems += [_sentence(error, source, text, origins) for error in wrong.errors()]
    if problems:
        raise ConfigError(problems)
    config._folder, config._source = folder, source  # noqa: SLF001 - set once, here
    return config


def find(path: Path | None, env: Mapping[str, str], cwd: Path) -> Path:
    """Return the configuration file. Raises ConfigError when there is none."""
    named = path or (Path(env["TRACKER_CONFIG"]) if env.get("TRACKER_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError([f"{named}: there is no such configuration file."])
        return named
    home = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config")
    for place in (cwd / "config.toml", home / "yinuo" / "config.toml", Path("/etc/yinuo/config.toml")):
        if place.is_file():
            return place
    raise ConfigError(["No configuration was found; run `tracker init` here, or name one with --config FILE."])


def _read(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise ConfigError([f"{source}: cannot be read: {wrong}."]) from wrong


def _overlay(table: dict[str, Any], env: Mapping[str, str]) -> tuple[dict[Key, str], list[str]]:
    """Lay ``TRACKER_MAIL__PORT=2525`` over the file; return what came from which variable, and problems."""
    origins: dict[Key, str] = {}
    problems: list[str] = []
    for name in sorted(env):
        if not name.startswith(PREFIX) or name == "TRACKER_CONFIG":
            continue
        key = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if _put(table, key, _typed(key, env[name])):
            origins[key] = name
        else:
            problems.append(f"environment variable {name}: {'.'.join(key[:-1])}: it is not a table here.")
    return origins, problems


def _put(table: dict[str, Any], key: Key, value: object) -> bool:
    """Set a key, making the tables on its way; False where something else is in the way."""
    for part in key[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return False
    table[key[-1]] = value
    return True


def _typed(key: Key, value: str) -> object:
    """Give a variable's text the type of the key's default."""
    default: Any = Config().model_dump()
    for part in key:
        default = default.get(part) if isinstance(default, dict) else None
    if isinstance(default, int) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return [part.strip() for part in value.split(",")] if isinstance(default, list) else value


def _sentence(error: ErrorDetails, source: Path, text: str, origins: Mapping[Key, str]) -> str:
    """Say where a mistake is (file and line, or variable), which key, and what is wrong."""
    key = tuple(str(part) for part in error["loc"])
    variable = next((name for origin, name in origins.items() if key[: len(origin)] == origin[: len(key)]), None)
    place = f"environment variable {variable}" if variable else f"{source}, line {_line(text, key)}"
    return f"{place}: {'.'.join(key)}: {_wrong(error, key)}."


def _wrong(error: ErrorDetails, key: Key) -> str:
    """Say what is wrong; a value is quoted only where none can hold a secret."""
    if error["type"] == "extra_forbidden":
        return f"unknown key{_near(key)}"
    if error["type"] == "model_type":
        return f"it must be a table, [{key[-1]}]"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"].endswith("_type") and isinstance(error["input"], str | int | float):
        return f"{message}, not {error['input']!r}"
    return message


def _near(key: Key) -> str:
    model: Any = Config
    for part in key[:-1]:
        model = model.model_fields[part].annotation if part in model.model_fields else model
    close = difflib.get_close_matches(key[-1], list(model.model_fields), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def _line(text: str, key: Key) -> int:
    """Return the line a key stands on, or that of its section's header, counted from 1."""
    section, found = "", 1
    wanted = ".".join(part for part in key[:-1] if not part.isdecimal())
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = header[1].strip()
            found = number if section in (wanted, ".".join(key)) else found
        elif (name := re.match(r"\s*([\w-]+)\s*=", line)) and _path(section, name[1]) in _prefixes(key):
            return number
    return found


def _path(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name


def _prefixes(key: Key) -> Iterator[str]:
    return (".".join(key[:length]) for length in range(1, len(key) + 1))


def _example() -> str:
    """Return the commented example, from the installed package or the checkout."""
    packaged = resources.files("tracker").joinpath("config.example.toml")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parent.parent / "config.example.toml").read_text(encoding="utf-8")


EXAMPLE = _example()
