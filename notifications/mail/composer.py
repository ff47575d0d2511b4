"""From batches to messages ready to be stored. What cannot be read or composed is held alone; the others go on."""

import logging
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from time import monotonic

from commitments.errors import StorageTrouble
from notifications.context import Context
from notifications.mail.compose import Draft, compose, render_mime
from notifications.mail.gather import Batch
from notifications.models import NO_MAILBOX, UNCOMPOSABLE
from notifications.outbox.outbox import Composed, Known, Outbox
from notifications.passes import cause, said

FRESH_SECONDS = 1.0  # seconds after which what the next messages are composed from is read again
log = logging.getLogger("yinuo.delivery")


class Composer:
    """Composes batches from what the outbox reads for them. No transaction is open meanwhile."""

    def __init__(self, context: Context, outbox: Outbox) -> None:
        self.context = context
        self.outbox = outbox
        self.known: Known | None = None
        self.read_at = -math.inf

    def read(self, batches: Sequence[Batch], next_ones: Sequence[Batch], now: datetime) -> None:
        """Read for all batches, unless that was just done; where one cannot be read, for those of the next that can.

        What fails for nobody too is the trouble of none of them, and is raised.
        """
        if monotonic() - self.read_at <= FRESH_SECONDS:
            return
        try:
            self.known, self.read_at = self.outbox.read(batches, now), monotonic()
        except StorageTrouble:
            raise
        except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
            self.outbox.read([], now)
            self._read_apart(next_ones, now)

    def _read_apart(self, batches: Sequence[Batch], now: datetime) -> None:
        for batch in batches:
            try:
                self.outbox.read([batch], now)
            except Exception as trouble:  # noqa: BLE001 - held with its name
                hold_uncomposable(batch, trouble)
        self.known = self.outbox.read([batch for batch in batches if not batch.held], now)
        self.read_at = -math.inf  # of those after them nothing is known

    def compose(self, batch: Batch, now: datetime) -> Composed:
        """Compose a batch that was read. Whatever is wrong with it, the others go on."""
        if batch.held or self.known is None:
            return Composed(batch)
        try:
            return self._compose(batch, self.known, now)
        except Exception as trouble:  # noqa: BLE001 - one row must not stop the mail of everybody else
            hold_uncomposable(batch, trouble)
            return Composed(batch)

    def _compose(self, batch: Batch, known: Known, now: datetime) -> Composed:
        draft = compose(batch, known.material, self.context, now)
        if draft is None:
            return Composed(batch)
        if not draft.mailbox:
            batch.held = NO_MAILBOX
            return Composed(batch)
        return Composed(batch, draft, self._row(draft, known, now))

    def _row(self, draft: Draft, known: Known, now: datetime) -> Mapping[str, object]:
        """Return the message as it will be stored, bytes included."""
        composition = known.composed.get((draft.addressee, draft.slot), 0) + 1
        message_id, data = render_mime(draft, known.material, self.context, now, composition)
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
        """Return what each message would say now, as its hash; one that cannot be read keeps no other waiting."""
        try:
            known = self.outbox.read(list(batches.values()), now)
        except StorageTrouble:
            raise
        except Exception:  # noqa: BLE001 - it comes again for whoever is at fault
            self.outbox.read([], now)  # what fails for nobody is the trouble of none of them, and is raised
            return {key: self._content_apart(batch, now) for key, batch in batches.items()}
        return {key: self._content(batch, known, now) for key, batch in batches.items()}

    def _content_apart(self, batch: Batch, now: datetime) -> str:
        try:
            return self._content(batch, self.outbox.read([batch], now), now)
        except StorageTrouble:
            raise
        except Exception:  # as in ``_content``
            log.exception("message to %s: its notices cannot be read", batch.addressee)
            return ""

    def _content(self, batch: Batch, known: Known, now: datetime) -> str:
        """Return the hash of what a message would say now; "" when nothing is left to say, or it cannot be said."""
        try:
            draft = compose(batch, known.material, self.context, now)
        except Exception:  # discarded, it is composed anew, and then held with its name
            log.exception("message to %s cannot be composed again", batch.addressee)
            return ""
        return draft.content if draft else ""


def hold_uncomposable(batch: Batch, trouble: Exception) -> None:
    """Have a batch held that cannot be read, composed or stored: it must not stop the mail of everybody else."""
    log.error("message to %s cannot be composed", batch.addressee, exc_info=trouble)
    batch.held, batch.why, batch.cause = UNCOMPOSABLE, said(trouble), cause(trouble)
