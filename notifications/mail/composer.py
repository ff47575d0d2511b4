"""From batches to messages ready to be stored. What cannot be read or composed is held alone; the others go on."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from time import monotonic
from typing import Any

from commitments.errors import StorageTrouble
from notifications.context import Context
from notifications.mail.compose import Draft, compose, render_mime
from notifications.mail.gather import Batch, Material
from notifications.models import NO_MAILBOX, UNCOMPOSABLE
from notifications.passes import cause, said

FRESH_SECONDS = 1.0  # seconds after which what the next messages are composed from is read again
log = logging.getLogger("yinuo.delivery")


@dataclass(frozen=True)
class Known:
    """What batches speak of, and by addressee and slot how many messages were composed before."""

    material: Material
    composed: Mapping[tuple[str, date], int]


@dataclass
class Composed:
    """A batch, and its message with the row in which it is stored; without one where nothing goes out."""

    batch: Batch
    draft: Draft | None = None
    row: Mapping[str, Any] = field(default_factory=dict)


class Composer:
    """Composes batches from what is read for them. No transaction is open meanwhile."""

    def __init__(self, context: Context, read: Callable[[Sequence[Batch], datetime], Known]) -> None:
        """Take what reads everything that some batches speak of, in a transaction of its own."""
        self.context = context
        self._read = read
        self.known: Known  # since ``read``
        self.read_at = -math.inf

    def read(self, batches: Sequence[Batch], next_ones: Sequence[Batch], now: datetime) -> None:
        """Read for all batches, unless that was just done; where one cannot be read, for those of the next that can.

        What fails for nobody too is the trouble of none of them, and is raised.
        """
        if monotonic() - self.read_at <= FRESH_SECONDS:
            return
        try:
            self.known, self.read_at = self._read(batches, now), monotonic()
        except StorageTrouble:
            raise
        except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
            self._read([], now)
            self._read_apart(next_ones, now)

    def _read_apart(self, batches: Sequence[Batch], now: datetime) -> None:
        for batch in batches:
            try:
                self._read([batch], now)
            except StorageTrouble:
                raise
            except Exception as trouble:  # noqa: BLE001 - held with its name
                hold_uncomposable(batch, trouble)
        self.known = self._read([batch for batch in batches if not batch.held], now)
        self.read_at = -math.inf  # of those after them nothing is known

    def compose(self, batch: Batch, now: datetime) -> Composed:
        """Compose a batch that was read. Whatever is wrong with it, the others go on."""
        try:
            draft = self._draft(batch, now)
            return Composed(batch, draft, self._row(draft, now)) if draft else Composed(batch)
        except Exception as trouble:  # noqa: BLE001 - one row must not stop the mail of everybody else
            hold_uncomposable(batch, trouble)
            return Composed(batch)

    def _draft(self, batch: Batch, now: datetime) -> Draft | None:
        if batch.held:
            return None
        draft = compose(batch, self.known.material, self.context, now)
        if draft and not draft.mailbox:
            batch.held = NO_MAILBOX
        return None if batch.held else draft

    def _row(self, draft: Draft, now: datetime) -> Mapping[str, object]:
        """Return the message as it will be stored, bytes included."""
        composition = self.known.composed.get((draft.addressee, draft.slot), 0) + 1
        message_id, data = render_mime(draft, self.known.material, self.context, now, composition)
        return {
            "message_id": message_id,
            "addressee": draft.addressee,
            "channel": self.context.channel.name,
            "slot": draft.slot,
            "told_on": self.context.today(now),
            "kind": draft.kind,
            "composition": composition,
            "mailbox": draft.mailbox,
            "subject": draft.rendered.subject,
            "frozen": data,
            "content": draft.content,
            "refused_since": draft.refused_since,
            "next_at": datetime.combine(draft.slot, time(), self.context.zone),  # at once, by whoever's clock
            "frozen_at": now,
        }

    def contents(self, batches: Mapping[int, Batch], now: datetime) -> dict[int, str]:
        """Return what each message would say now, as its hash; "" when nothing is left to say, or it cannot be said.

        What cannot be said is discarded, composed anew, and then held with its name.
        """
        self.read(list(batches.values()), list(batches.values()), now)
        return {key: self._content(batch, now) for key, batch in batches.items()}

    def _content(self, batch: Batch, now: datetime) -> str:
        try:
            draft = self._draft(batch, now)
        except Exception as trouble:  # noqa: BLE001 - it keeps no other waiting
            hold_uncomposable(batch, trouble)
            return ""
        return draft.content if draft else ""


def hold_uncomposable(batch: Batch, trouble: Exception) -> None:
    """Have a batch held that cannot be read, composed or stored: it must not stop the mail of everybody else."""
    log.error("message to %s cannot be composed", batch.addressee, exc_info=trouble)
    batch.held, batch.why, batch.cause = UNCOMPOSABLE, said(trouble), cause(trouble)
