"""What the program says of itself and of mails is stored as a code, and each reader is told it in his language."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from freezegun import freeze_time
from sqlalchemy import select

from commitments.errors import DatabaseBusy, EvidenceDamaged, Problem, sentence
from commitments.i18n import LOCALES, table
from commitments.storage import writing
from notifications import alerts
from notifications.delivery import plan
from notifications.mail.compose import compose
from notifications.mail.gather import Batch, gather
from notifications.mail.mime import UnsafeMessageError
from notifications.models import Alert, Attempt, Message, Notice
from notifications.passes import Failure, Report, said
from notifications.remarks import REMARKS, remark, worded, words
from tests.tracker.test_cli_languages import DAY, LETTER, english
from tracker import config
from tracker.app import App
from tracker.cli.root import run
from tracker.ops.alert_hooks import AlertHooks

RELAY = "550 5.1.1 <a@gz.example>: 收件人不存在"
MAILBOX = "jyj@gz.example"
PLANNING, DATABASE = ValueError("2019"), DatabaseBusy(path="yinuo.db", problem="忙")
UNSAFE = UnsafeMessageError("unsafe_address", address="a@", why=sentence("address.local"))
PLAIN = ("cancelled", "stale", "sender_ended", "printed", "endless_line", "timed_out", "hung_up")
TEMPLATE = {"kind": "notices", "locale": "zh-Hans"}
ANSWERS = (
    *map(remark, PLAIN),
    remark("forbidden_digest"),
    remark("not_offered", what="STARTTLS"),
    remark("endless_answer", lines=200),
    remark("no_answer", problem=remark("timed_out")),
    remark("closed", problem="[Errno 104]"),
    remark("unreadable_challenge"),
    remark("no_folder", folder="/srv/a", problem="[Errno 13]"),
    remark("unwritable_folder", folder="/srv/a"),
    remark("relay", host="relay.example", port=25, answer=RELAY),
)
OF_MAIL = [
    *(remark("dead", id=7, mailbox=MAILBOX, answer=answer) for answer in (RELAY, *ANSWERS)),
    remark("refused", id=7, mailbox=MAILBOX, answer=RELAY),
    remark("all_refused", answer=RELAY),
    remark("damaged", id=7, mailbox=MAILBOX),
    remark("channel", name="smtp", problem=remark("relay", host="relay.example", port=25, answer=RELAY)),
    remark("uncomposable", key="review/1|2019-1007-01|||市民政局|lead|mail", why=said(UNSAFE)),
    remark("template", **TEMPLATE, problem=remark("template_bounds", seconds=5, mib=512)),
    remark("template", **TEMPLATE, problem=remark("template_line", file="a.txt", line=2, problem="x")),
]  # fmt: skip
OF_ITSELF = [
    remark("clock", why=sentence("silence.gap", n=50)),
    remark("flood", notices=300, recipients=20, most_notices=200, most_recipients=10),
    remark("restored", notices=3, messages=2),
    remark("backup", trouble=DATABASE),
    remark("evidence", trouble=EvidenceDamaged(path="a.db", files="a.pdf")),
    *(Failure(step, PLANNING).text for step in table("en", "step")),
    Failure("plan", DATABASE, "2019-1007-01").text,
    Failure("plan", UNSAFE, "2019-1007-01", 3).text,
]
EVERY = [*OF_MAIL, *OF_ITSELF]


def names(code: str) -> set[str]:
    """Return the names of a remark and of those that are its facts."""
    name, _, facts = code.partition(" ")
    inside = [each for each in json.loads(facts or "{}").values() if str(each).startswith("@")]
    return {name.removeprefix("@")}.union(*map(names, inside))


def test_every_remark_is_among_these() -> None:
    assert set().union(*map(names, EVERY)) == set(REMARKS) == set(table("en", "remark"))


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("code", EVERY)
def test_each_speaks_chinese_and_english(code: str, locale: str) -> None:
    assert english(words(locale, code)) == []
    assert words("en", code) not in (code, words(locale, code))
    assert not [name for name in REMARKS if f"@{name}" in words("en", code)]


@pytest.mark.parametrize(
    "text",
    ["the relay is silent", RELAY, "", "@dead", '@dead {"id": "7"}', "@unheard", '@closed {"problem": {"en": "x"}}'],
)  # fmt: skip
def test_an_alert_of_before_there_were_codes_stands_as_it_is(text: str) -> None:
    assert [words(locale, text) for locale in LOCALES] == [text] * 3


def test_what_has_words_already_keeps_them() -> None:
    problem = sentence("silence.gap", n=50)
    assert worded(problem) is problem
    assert words("zh-Hans", remark("clock", why=Problem(lambda _: "x"))).startswith("暂不安排、不发送任何通知：x；")


@pytest.fixture(params=["zh-Hans", "zh-Hant"])
def locale(request: pytest.FixtureRequest, place: Path) -> str:
    """The language of a ledger in which every alert stands, and mails ended in every way."""
    language = str(request.param)
    settings = config.EXAMPLE.replace('language = "zh-Hans"', f'language = "{language}"')
    (place / "config.toml").write_text(settings, encoding="utf-8")
    with freeze_time(DAY):
        for line in (["init"], ["ledger", "load", str(LETTER)], ["remind"]):
            assert run(line) == 0
        app = App(config.load(None, {}, Path()), actor="办公室")
        with writing(app.engine) as session:
            for n, code in enumerate(EVERY):
                alerts.raise_(session, f"pass/{n}", code, app.clock())
            message = session.scalars(select(Message)).first()
            assert message is not None
            message.state, message.error = "dead", remark("sender_ended")
            session.query(Attempt).update({"answer": remark("no_answer", problem=remark("timed_out"))})
        app.engine.dispose()
    return language


def test_a_chinese_office_reads_of_trouble_in_chinese(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    with freeze_time(DAY):
        for line in ("status", "doctor", "outbox list", "outbox show 1"):
            capsys.readouterr()
            run(line.split())
            printed = "\n".join(capsys.readouterr())
            assert english(printed) == [], line
            assert "@sender_ended" not in printed
            assert "@no_answer" not in printed


def test_the_weekly_status_tells_of_trouble_in_chinese(locale: str) -> None:
    with freeze_time(DAY):
        app = App(config.load(None, {}, Path()), actor="办公室")
        context, now = app.context(), app.clock()
        plan(context, now, Report())
        with writing(app.engine) as session:
            notice = session.scalars(select(Notice).where(Notice.kind == "status_digest")).first()
            assert notice is not None
            batch = Batch(notice.addressee, [notice])
            draft = compose(batch, gather(session, [batch], context, now), context, now)
        app.engine.dispose()
    assert draft is not None
    assert words(locale, remark("restored", notices=3, messages=2)) in draft.rendered.text
    assert words(locale, remark("sender_ended")) in draft.rendered.text
    assert english(draft.rendered.text) == []


def test_programs_read_it_in_english(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    with freeze_time(DAY):
        assert run(["status", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [alert["text"] for alert in facts["alerts"]] == [words("en", code) for code in EVERY]
    assert f"alert: {words('en', EVERY[-1])}" in facts["why"]
    assert run(["outbox", "list", "--json"]) == 0
    assert words("en", remark("sender_ended")) in {m["error"] for m in json.loads(capsys.readouterr().out)["messages"]}


def test_the_command_of_the_office_is_told_in_its_language(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    program = f"import sys; open({str(tmp_path / 'told')!r}, 'wb').write(sys.stdin.buffer.read())"
    alert = Alert(key="guard", text=remark("restored", notices=3, messages=2), at=datetime(2019, 6, 27, 1, tzinfo=UTC))
    AlertHooks([sys.executable, "-c", program], "", "zh-Hans").report([alert])
    assert (tmp_path / "told").read_text(encoding="utf-8") == words("zh-Hans", alert.text)
    assert caplog.messages == [f"alert: {words('en', alert.text)}"]
