"""Handing out evidence: as an attachment that no browser opens by itself, under the name it was given."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, abort, send_file

from commitments import evidence
from commitments.models import Commitment, Evidence

if TYPE_CHECKING:
    from tracker.app import App


def download(app: "App", number: int, may_see: Callable[[str], object] = bool) -> Response:
    """Return a file of evidence; ``may_see`` answers 404 for a commitment that the link does not open.

    What is no longer what was taken in is not handed out: 410.
    """
    with app.reading() as session:
        found = session.get(Evidence, number)
        ref = session.get_one(Commitment, found.commitment_id).ref if found else ""
    if found is None or found.sha256 is None:
        abort(404)
    may_see(ref)
    folder = app.folder / "evidence"
    if evidence.fault(folder, found.sha256):
        abort(410)
    return send_file(
        folder / found.sha256, mimetype="application/octet-stream", as_attachment=True, download_name=found.name
    )
