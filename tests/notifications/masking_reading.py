"""What a unit's digest states, and what every mail of a scene says: for the tests of what leaves the house."""

from datetime import date
from email import policy
from email.parser import BytesParser
from typing import Any

from commitments.register import extensions
from commitments.storage import reading
from notifications.plan import digests
from tests.conftest import Scene


def told(scene: Scene, month: str) -> dict[str, Any]:
    """Return what the unit's digest of a month states."""
    with reading(scene.engine) as session:
        return dict(digests.find(session, "市台联", month).snapshot)


def row(scene: Scene, month: str, ref: str) -> dict[str, Any]:
    """Return what it states of one commitment."""
    return next(each for each in told(scene, month)["commitments"] if each["ref"] == ref)


def lines(scene: Scene, month: str, ref: str) -> list[tuple[str, Any, Any]]:
    """Return the corrections it tells: field, what was said, what holds."""
    return [(x["field"], x["from"], x["to"]) for x in row(scene, month, ref)["corrections"]]


def texts(scene: Scene) -> str:
    """Return subjects and texts of every mail, HTML too, in plain characters."""
    found = []
    for path in sorted((scene.folder / "outbox").iterdir()):
        mail = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        words = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        found += [str(mail["subject"]), *words]
    return "\n".join(found).replace("\r\n", "\n")


def extend(to: date, ref: str, *, approve: bool = True) -> Any:
    """Return the work of a register: ask for an extension, and let a person approve it."""

    def work(register: Any) -> None:
        extensions.ask(register, ref, to, "征求意见")
        register.session.flush()
        if approve:
            extensions.decide(register, ref, approve=True, by="zhangsan")

    return work
