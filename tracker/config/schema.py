"""The keys of the configuration, section by section, with their defaults and the rules between them."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator

from commitments import addresses
from commitments.calendar.deadlines import Offset
from commitments.errors import Mistake, sentence
from tracker.config import values
from tracker.config.values import DatabaseUrl
from tracker.errors import ConfigError

Port = Annotated[int, Field(ge=1, le=65535)]
AtLeastOne = Annotated[int, Field(ge=1)]


def default(written: object) -> Any:
    """Give a default as the file would write it; it is parsed like what stands there."""
    return Field(default=written, validate_default=True)


class Section(BaseModel):
    """A table of the file: its keys are all there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Database(Section):
    """``[database]``."""

    url: values.Url = default("sqlite:///yinuo.db")


class Organisation(Section):
    """``[organisation]``: the replying unit whose ledger this is."""

    name: str = ""
    mailbox: values.MailAddress = "office@yinuo.example"
    reply_to: values.MailAddress = ""
    contact: str = ""


class Mail(Section):
    """``[mail]``: the carrier."""

    channel: Literal["folder", "smtp", "console"] = "folder"
    folder: values.FilePath = default("outbox")
    host: str = "localhost"
    port: Port = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password_file: values.OptionalPath = None
    sender: values.MailAddress = default("tracker@yinuo.example")
    max_per_minute: Annotated[int, Field(ge=0)] = 30
    connections: Annotated[int, Field(ge=1, le=64)] = 4
    retry_unknown_after: values.Duration = default("15m")
    templates: values.OptionalPath = None

    @field_validator("security")
    @classmethod
    def _encrypted(cls, security: str, info: ValidationInfo) -> str:
        plain = security == "none" and info.data.get("channel") == "smtp"
        if plain and info.data.get("host", "localhost") not in values.LOOPBACK:
            raise Mistake("plain_relay")
        return security

    @field_validator("password_file")
    @classmethod
    def _readable(cls, file: Path | None, info: ValidationInfo) -> Path | None:
        """Look at the file only when ``load`` says in which folder it lies."""
        if file and info.context:
            values.password(info.context["folder"] / file)
        return file

    @field_validator("sender")
    @classmethod
    def _real(cls, sender: str, info: ValidationInfo) -> str:
        if info.data.get("channel") == "smtp" and (not sender or addresses.is_example(sender)):
            raise Mistake("example_sender")
        return sender


class Reminders(Section):
    """``[reminders]``: the ladder."""

    send_at: values.SendTime = default("09:00")
    rungs: Annotated[list[values.Rung], Field(min_length=1)] = default(["-30d", "-7wd", "-3wd", "0d", "+1wd"])
    repeat_overdue: values.Repeats = default("5wd")
    escalate_after: values.Ahead = default("5wd")
    escalate_after_reviews: Annotated[int, Field(ge=1, le=100)] = 2
    review_every: values.MonthsAhead = default("3m")

    @property
    def repeats(self) -> list[Offset]:
        """The distances between reminders of what is overdue, one after the other; the last one goes on."""
        return [self.repeat_overdue] if isinstance(self.repeat_overdue, Offset) else self.repeat_overdue


class Digest(Section):
    """``[digest]``."""

    day: Annotated[int, Field(ge=1, le=15)] = 1
    approval: Literal["none", "required"] = "none"
    status_weekday: values.Weekday = "monday"


class Guard(Section):
    """``[guard]``."""

    recipients: AtLeastOne = 200
    notices: AtLeastOne = 2000


class Daemon(Section):
    """``[daemon]``. Command and address may hold tokens: they are shown as ***."""

    tick_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    alert_command: values.Command = Field(default=(), repr=False)
    ping_url: values.PingUrl = Field(default="", repr=False)


class Web(Section):
    """``[web]``: pages, and the links to them in mails. Without ``base_url`` there are no links."""

    base_url: values.BaseUrl = ""
    keys_file: values.NamedPath = default("web-keys")
    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Port = 8019
    threads: Annotated[int, Field(ge=1, le=12)] = 4
    per_minute: AtLeastOne = 120
    item_files: AtLeastOne = 100
    item_megabytes: AtLeastOne = 300
    day_megabytes: AtLeastOne = 200
    free_megabytes: Annotated[int, Field(ge=0)] = 1000

    @field_validator("keys_file")
    @classmethod
    def _sound(cls, file: Path, info: ValidationInfo) -> Path:
        """Look at the file when links are wanted and it is there; it is made when first needed."""
        if info.context and info.data.get("base_url") and (path := info.context["folder"] / file).exists():
            values.link_keys(path)
        return file


class Calendar(Section):
    """``[calendar]``."""

    file: values.OptionalPath = None


class Config(Section):
    """The whole configuration. Relative paths lie beside the file it came from."""

    language: Literal["zh-Hans", "zh-Hant", "en"] = "zh-Hans"
    timezone: values.Zone = default("Asia/Shanghai")
    environment: Annotated[str, Field(min_length=1)] = "production"
    database: Database = Database()
    organisation: Organisation = Organisation()
    mail: Mail = Mail()
    reminders: Reminders = Reminders()
    digest: Digest = Digest()
    guard: Guard = Guard()
    daemon: Daemon = Daemon()
    web: Web = Web()
    calendar: Calendar = Calendar()
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
        return self.database.url.within(self._folder).address

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return self.database.url.within(self._folder).file

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
            return values.password(self._folder / self.mail.password_file)
        except Mistake as wrong:
            raise ConfigError([sentence("config.value", key="mail.password_file", problem=wrong)]) from wrong

    def at_database(self, path: Path) -> "Config":
        """Return the same settings on another SQLite file, with keys beside it: links of rehearsals open nothing."""
        file = path.resolve()
        database = self.database.model_copy(update={"url": DatabaseUrl.at(file)})
        web = self.web.model_copy(update={"keys_file": file.with_name("web-keys")})
        return self.model_copy(update={"database": database, "web": web})

    def without_pages(self) -> "Config":
        """Return the same settings without links: what only holds and counts signs nothing."""
        return self.model_copy(update={"web": self.web.model_copy(update={"base_url": ""})})

    def dump(self) -> dict[str, Any]:
        """Return every setting as the file would write it, passwords and tokens masked."""
        return self.model_dump()
