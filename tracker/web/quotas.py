"""How much evidence the pages take, so that a link cannot fill the disk: for each item, department and day.

Counted from the ledger's own rows, so a restart forgets nothing. The floor of free space lies far above what the daemon
needs: below it files are refused while everything else goes on.
"""

import shutil
from datetime import datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from commitments.errors import Refused
from commitments.models import Commitment, Evidence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from commitments.evidence import Upload
    from commitments.register.context import Register
    from tracker.app import App

MEGABYTE = 2**20


class TooMuchEvidence(Refused):
    """More files than the pages take."""


def check(app: "App", register: "Register", ref: str, who: str, files: "Sequence[Upload]") -> None:
    """Raise TooMuchEvidence when these files would pass a limit of ``[web]``, or leave too little free space."""
    if not files:
        return
    web, size = app.config.web, sum(len(file.data) for file in files)
    mine = select(func.count(), func.coalesce(func.sum(Evidence.size), 0)).where(Evidence.sha256.is_not(None))
    of_item = mine.join(Commitment, Commitment.id == Evidence.commitment_id).where(Commitment.ref == ref)
    midnight = datetime.combine(app.today, time(), app.zone)
    of_day = mine.where(Evidence.given_by == who, Evidence.recorded_at >= midnight)
    number, taken = (int(count or 0) for count in register.session.execute(of_item).one())
    today = int(register.session.execute(of_day).one()[1] or 0)
    limits = (
        number + len(files) > web.item_files,
        taken + size > web.item_megabytes * MEGABYTE,
        today + size > web.day_megabytes * MEGABYTE,
        shutil.disk_usage(app.folder).free - size < web.free_megabytes * MEGABYTE,
    )
    if any(limits):
        raise TooMuchEvidence
