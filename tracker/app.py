"""The composition root: from a configuration to a ledger, an office and a pass. The one place that reads the clock.

Longer than most files: it is the list of what a program on a configuration is made of. Imports stand in the functions
that need them, so that each command loads no more than its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from commitments.calendar.deadlines import Ladder
from commitments.calendar.workdays import WorkCalendar
from commitments.errors import Error, sentence
from commitments.i18n import word
from tracker.config.schema import Config
from tracker.errors import ConfigError, KeysGone
from tracker.ops.lock import sending_lock

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session

    from commitments.register.context import Register
    from notifications.channels import Channel
    from notifications.context import Context
    from notifications.links import Links
    from notifications.mail.render import Renderer
    from notifications.passes import Report, Steps
    from notifications.plan.schedule import Policy
    from tracker.config.schema import Organisation


def system_clock() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)  # noqa: TID251 - the one clock


class App:
    """What every command works with. ``actor`` signs changes; only rehearsals replace ``clock`` and ``durable``."""

    def __init__(
        self, config: Config, *, actor: str, clock: Callable[[], datetime] = system_clock, durable: bool = True
    ) -> None:
        self.config = config
        self.actor = actor
        self.clock = clock
        self.durable = durable

    # -- settings as values ------------------------------------------------------------------------------------

    @property
    def zone(self) -> ZoneInfo:
        """The organisation's zone."""
        return self.config.timezone

    @property
    def today(self) -> date:
        """The civil date where the organisation is."""
        return self.clock().astimezone(self.zone).date()

    @cached_property
    def workdays(self) -> WorkCalendar:
        """The working-day calendar, the operator's file over it."""
        return WorkCalendar.load(self.config.calendar_file)

    @cached_property
    def ladder(self) -> Ladder:
        """The rungs around a deadline."""
        repeat, *rarer = self.config.reminders.repeats
        return Ladder(rungs=tuple(self.config.reminders.rungs), repeat=repeat, rarer=tuple(rarer))

    @cached_property
    def policy(self) -> "Policy":
        """The ladder, where escalation begins, and the day of the weekly list: that of the status digest, or Monday."""
        from notifications.plan.periods import WEEKDAYS
        from notifications.plan.schedule import Policy

        reminders = self.config.reminders
        return Policy(
            ladder=self.ladder,
            escalate_after=reminders.escalate_after,
            escalate_after_reviews=reminders.escalate_after_reviews,
            list_day=WEEKDAYS.index(self.config.digest.status_weekday or "monday"),
        )

    @property
    def unit(self) -> str:
        """The replying unit whose ledger this is: as configured, else the only one that letters name, else empty."""
        return self.config.organisation.name or (units[0] if len(units := self._replying_units()) == 1 else "")

    @property
    def signature(self) -> str:
        """What signs our mails, never empty: the unit, or as long as no letter names one, our own mailbox."""
        return self.unit or self.config.organisation.mailbox or word(self.config.language, "role", "organisation")

    @property
    def organisation(self) -> "Organisation":
        """The organisation as pages show it, under the name that signs its mails."""
        return self.config.organisation.model_copy(update={"name": self.signature})

    def several_units(self) -> str | None:
        """Say that nobody can tell by whom mails are signed, or None."""
        units = [] if self.config.organisation.name else self._replying_units()
        return sentence("config.several_units", units=units) if len(units) > 1 else None

    def _replying_units(self) -> list[str]:
        """Return the names of the units that answer in this ledger, two at most."""
        from sqlalchemy import select

        from commitments.models import Department, Letter

        query = select(Department.name).join(Letter, Letter.replying_unit_id == Department.id)
        with self.reading() as session:
            return list(session.scalars(query.distinct().order_by(Department.name).limit(2)))

    # -- the ledger --------------------------------------------------------------------------------------------

    @property
    def database(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        return self.config.database_file

    @property
    def folder(self) -> Path:
        """Where evidence and backups lie: beside the database, or beside the configuration on PostgreSQL."""
        return self.database.parent if self.database else self.config.folder

    @cached_property
    def engine(self) -> "Engine":
        """The database, checked to fit this program. Raises DatabaseMissing, SchemaTooOld, SchemaTooNew."""
        from commitments import schema, storage

        engine = storage.open_engine(self.config.database_url, durable=self.durable)
        try:
            schema.check(engine)
        except Error:
            engine.dispose()
            raise
        return engine

    def reading(self) -> "AbstractContextManager[Session]":
        """Give a session that only looks."""
        from commitments.storage import reading

        return reading(self.engine)

    def looking(self) -> "AbstractContextManager[Connection]":
        """Give a bare connection that only looks."""
        from commitments.storage import looking

        return looking(self.engine)

    @contextmanager
    def register(self, actor: str | None = None) -> "Iterator[Register]":
        """Give the ledger's verbs in one transaction, committed whole at the end of the block."""
        from commitments.storage import writing

        with writing(self.engine) as session:
            yield self.register_on(session, actor)

    def register_on(self, session: "Session", actor: str | None = None) -> "Register":
        """Give the ledger's verbs on a session that somebody else ends."""
        from commitments.register.context import Register

        return Register(
            session,
            actor=actor or self.actor,
            now=self.clock(),
            today=self.today,
            workdays=self.workdays,
            review_every=self.config.reminders.review_every,
            evidence_folder=self.folder / "evidence",
        )

    def fresh(self) -> "App":
        """Return the program with calendar file and keys read again, on the same database connections.

        Raises ConfigError, CalendarFileError.
        """
        self.check_keys()
        again = App(self.config, actor=self.actor, clock=self.clock, durable=self.durable)
        again.engine = self.engine
        if (again.workdays.content, again._keys) == (self.workdays.content, self._keys):
            return self
        again.renderer = self.renderer
        return again

    # -- links -------------------------------------------------------------------------------------------------

    @cached_property
    def links(self) -> "Links | None":
        """What makes and reads the links in mails; None without ``[web] base_url``. Raises ConfigError, KeysGone."""
        from notifications.links import Links
        from tracker.ops import link_keys

        if self.config.web.base_url and not self._keys:
            raise link_keys.gone(self.config.keys_file)
        return Links(self.config.web.base_url, self._keys) if self._keys else None

    def check_keys(self) -> None:
        """Raise KeysGone when there were keys and they are gone, ConfigError when they cannot be read.

        Another file would make all links void in silence.
        """
        if not self.config.web.base_url:
            return
        from tracker.ops import link_keys

        if self.config.keys_file.exists():
            link_keys.read(self.config.keys_file)
        elif self.__dict__.get("_keys") or link_keys.were_made(self):
            raise link_keys.gone(self.config.keys_file)

    @cached_property
    def _keys(self) -> tuple[str, ...]:
        """The keys that sign links, the newest first; none where there are no links, or the file is gone."""
        from tracker.ops import link_keys

        return link_keys.of_ledger(self) if self.config.web.base_url else ()

    def _mail_links(self) -> "Links | None":
        """The links of mails. While the keys are gone mails go out without: whoever looks at the settings says so."""
        try:
            return self.links
        except KeysGone:
            return None

    # -- sending -----------------------------------------------------------------------------------------------

    def sending(self) -> AbstractContextManager[None]:
        """Hold the right to send: the lock on SQLite. PostgreSQL needs none. Raises DatabaseHeld."""
        return sending_lock(self.database) if self.database else nullcontext()

    def idle(self) -> bool:
        """Say whether a pass now would change nothing."""
        from notifications.outbox.idle import nothing_to_do

        return nothing_to_do(self._usual_context, self.clock())

    def run_once(self, stop: Callable[[], bool] = lambda: False, steps: "Steps | None" = None) -> "Report":
        """Do one pass now, as the daemon's tick does, after ``steps`` done before. The caller holds ``sending()``."""
        from notifications.delivery import pass_once

        return pass_once(self._signed(self._usual_context), self.clock, stop, steps)

    def _signed(self, context: "Context") -> "Context":
        """Return the office under the name it has by now: letters may have come. Raises ConfigError for several."""
        if self.config.organisation.name:
            return context
        if (several := self.several_units()) is not None:
            raise ConfigError([several])
        return replace(context, name=self.signature)

    @cached_property
    def _usual_context(self) -> "Context":
        """The office with the configured carrier, made once: a daemon asks for it at every tick."""
        return self.context()

    def context(self, channel: "Channel | None" = None, name: str | None = None) -> "Context":
        """Return what the sending side must know.

        The name that signs mails is read from the ledger unless it is given: within a large transaction nobody can
        read, and what only plans needs neither name nor links.
        """
        from notifications.context import Context, DigestRules, Guard

        config, organisation = self.config, self.config.organisation
        return Context(
            engine=self.engine,
            environment=config.environment,
            name=self.signature if name is None else name,
            mailbox=organisation.mailbox,
            reply_to=organisation.reply_to or organisation.mailbox,
            contact=organisation.contact,
            sender=config.mail.sender,
            language=config.language,
            zone=self.zone,
            send_at=config.reminders.send_at,
            workdays=self.workdays,
            policy=self.policy,
            review_every=config.reminders.review_every,
            evidence_folder=self.folder / "evidence",
            digest=DigestRules(day=config.digest.day, approval=config.digest.approval),
            status_weekday=config.digest.status_weekday,
            guard=Guard(recipients=config.guard.recipients, notices=config.guard.notices),
            unknown_after=config.mail.retry_unknown_after,
            channel=channel or self.channel(),
            renderer=self.renderer,
            worker=self.worker,
            alone=self.database is not None,
            links=self._mail_links() if name is None else None,
        )

    @cached_property
    def renderer(self) -> "Renderer":
        """The templates; Jinja notices when the operator edits one."""
        from notifications.mail.render import built_in
        from notifications.mail.render_process import SubprocessRenderer

        folder = self.config.templates_folder
        return SubprocessRenderer(folder) if folder else built_in()

    def channel(self) -> "Channel":
        """Return the carrier the configuration names."""
        mail = self.config.mail
        if mail.channel == "folder":
            from notifications.channels.folder import FolderChannel

            return FolderChannel(self.config.mail_folder)
        if mail.channel == "console":
            from notifications.channels.console import ConsoleChannel

            return ConsoleChannel()
        from notifications.channels.smtp import SmtpChannel, SmtpSettings

        return SmtpChannel(
            SmtpSettings(
                host=mail.host,
                port=mail.port,
                security=mail.security,
                username=mail.username,
                password=self.config.password,
                max_connections=mail.connections,
                per_minute=mail.max_per_minute,
            )
        )

    @cached_property
    def worker(self) -> str:
        """Name this process among the daemons of a database."""
        import os
        import socket

        return f"{socket.gethostname()}/{os.getpid()}"
