import subprocess
import sys
import tomllib
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from commitments import storage
from commitments.calendar.deadlines import Offset
from commitments.errors import each_message
from tests.english import english
from tracker import config
from tracker.config import Config, ConfigError, load
from tracker.config.values import DatabaseUrl


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str, env: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load(written(folder, text), env or {}, folder)
    return error.value.problems


def test_the_example_says_every_key_at_its_default() -> None:
    assert tomllib.loads(config.EXAMPLE) == Config().model_dump()
    assert Config.model_validate(tomllib.loads(config.EXAMPLE)) == Config()


def test_every_key_of_the_example_has_a_comment() -> None:
    keys = [line for line in config.EXAMPLE.splitlines() if "=" in line and not line.startswith("#")]
    assert [line for line in keys if "#" not in line] == []


def test_the_order_of_places(tmp_path: Path) -> None:
    here, home, named = tmp_path / "here", tmp_path / "home", tmp_path / "named.toml"
    for folder in (here, home / "yinuo"):
        folder.mkdir(parents=True)
    with pytest.raises(ConfigError, match="tracker init"):
        config.find(None, {"HOME": str(tmp_path)}, here)
    for file, env, place in (
        (home / "yinuo" / "config.toml", {"XDG_CONFIG_HOME": str(home)}, None),
        (here / "config.toml", {"XDG_CONFIG_HOME": str(home)}, None),
        (named, {"TRACKER_CONFIG": str(named)}, None),
        (named, {}, named),
    ):
        file.write_text("")
        assert config.find(place, env, here) == file


def test_a_named_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        load(tmp_path / "none.toml", {}, tmp_path)


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    found = load(written(tmp_path, '[calendar]\nfile = "days.toml"\n'), {}, Path("/"))
    assert found.database_url == f"sqlite:///{tmp_path}/yinuo.db"
    assert found.mail_folder == tmp_path / "outbox"
    assert found.calendar_file == tmp_path / "days.toml"
    assert found.templates_folder is None


@pytest.mark.parametrize(
    "base", ["https://a.example", "https://a.example/", "http://localhost:8019", "http://[::1]:8019/yinuo", ""]
)
def test_where_pages_may_be_reached(tmp_path: Path, base: str) -> None:
    found = load(written(tmp_path, f'[web]\nbase_url = "{base}"\n'), {}, tmp_path)
    assert (found.web.base_url, found.keys_file) == (base, tmp_path / "web-keys")


def test_the_environment_wins(tmp_path: Path) -> None:
    env = {"TRACKER_MAIL__PORT": "2525", "TRACKER_LANGUAGE": "en", "TRACKER_REMINDERS__RUNGS": "-3wd, 0d"}
    found = load(written(tmp_path, 'language = "zh-Hans"\n[mail]\nport = 26\n'), env, tmp_path)
    assert (found.mail.port, found.language, found.reminders.rungs) == (2525, "en", [Offset(-3, "wd"), Offset(0, "d")])


def test_all_mistakes_at_once_each_with_file_line_and_key(tmp_path: Path) -> None:
    text = 'langauge = "en"\n\n[mail]\nport = "x"\n\n[reminders]\nsend_at = "25:00"\nrungs = ["-7wd", "3 weeks"]\n'
    found = problems(tmp_path, text)
    assert len(found) == 4
    for line, key, words in (
        (1, "langauge", "did you mean language?"),
        (4, "mail.port", "not 'x'"),
        (7, "reminders.send_at", "25:00"),
        (8, "reminders.rungs.1", "3 weeks"),
    ):
        assert any(f"line {line}: {key}: " in sentence and words in sentence for sentence in found), (line, found)


def test_rules_between_keys_and_the_secret_are_told_with_the_rest(tmp_path: Path) -> None:
    text = (
        '[mail]\nchannel = "smtp"\nhost = "relay"\nport = "x"\nsecurity = "none"\npassword_file = "absent"\n'
        '[reminders]\nrungs = ["0d", "+1x"]\n'
    )
    places = [sentence.partition(": ")[2].partition(": ")[0] for sentence in problems(tmp_path, text)]
    assert sorted(places) == [
        "mail.password_file", "mail.port", "mail.security", "mail.sender", "reminders.rungs.1",
    ]  # fmt: skip
    assert [sentence for sentence in problems(tmp_path, text) if ", line " not in sentence] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('timezone = "Asia/Nowhere"', "no time zone"),
        ('[database]\nurl = "mysql://x"', "not supported"),
        ('[database]\nurl = "postgres://h/d"', "write postgresql://"),
        ('[database]\nurl = "postgresql://u:p@q/r@h/d"', "%40"),
        ('[mail]\nchannel = "smtp"', "real address"),
        ('[mail]\nchannel = "smtp"\nsender = "a@b.test"\nsecurity = "none"\nhost = "relay"', "this machine only"),
        ('[mail]\nchannel = "smtp"\nsender = "a@YINUO.EXAMPLE"', "real address"),
        ('[mail]\nchannel = "smtp"\nsender = ""', "real address"),
        ('[mail]\npassword_file = "absent"', "cannot be read"),
        ('[mail]\npassword_file = "."', "cannot be read"),
        ('[mail]\nretry_unknown_after = "15"', "15m"),
        ('[organisation]\nmailbox = "a b"', "not a mailbox"),
        ('[reminders]\nrepeat_overdue = "0wd"', "distance ahead"),
        ('[reminders]\nrepeat_overdue = ["5wd", "0wd"]', "reminders.repeat_overdue: '0wd' must be a distance ahead"),
        ('[reminders]\nrepeat_overdue = ["5wd", "soon"]', "reminders.repeat_overdue: 'soon' is not a distance"),
        ('[reminders]\nrepeat_overdue = ["5wd", 7]', "reminders.repeat_overdue: 7 is not a distance"),
        ("[reminders]\nrepeat_overdue = []", "reminders.repeat_overdue: it must be a distance such as 5wd, or a list"),
        ("[reminders]\nrepeat_overdue = 5", "reminders.repeat_overdue: it must be a distance such as 5wd, or a list"),
        ('[reminders]\nrepeat_overdue = ["5wd", "121m"]', "reminders.repeat_overdue: '121m' is more than 120 months"),
        (f"[reminders]\nrepeat_overdue = {['5wd'] * 13}", "a list of 1 to 12"),
        ("[reminders]\nescalate_after_reviews = 0", "reminders.escalate_after_reviews"),
        ('[reminders]\nrungs = ["+1m"]', "d or wd"),
        ("[digest]\nday = 0", "digest.day"),
        ("[guard]\nrecipients = true", "guard.recipients"),
        ('[web]\nbase_url = "yinuo.example"', "not an address"),
        ('[web]\nbase_url = "ftp://yinuo.example"', "not an address"),
        ('[web]\nbase_url = "https://u:p@yinuo.example"', "not an address"),
        ('[web]\nbase_url = "https://yinuo.example/?a"', "not an address"),
        ('[web]\nbase_url = "https://yinuo.example/#a"', "not an address"),
        ('[web]\nbase_url = "https://yinuo.example/a b"', "not an address"),
        (f'[web]\nbase_url = "https://{"a" * 300}"', "at most 200 characters"),
        ('[web]\nkeys_file = ""', "must not be empty"),
        ("[reminders]\nsend_at = 09:00:00", "must be text"),
        ("[web]\nthreads = 65", "web.threads"),
        ("[web]\nper_minute = 0", "web.per_minute"),
        ("mail = 3", "mail"),
        ("[mail", "not valid TOML"),
    ],
)
def test_what_is_refused_and_how_it_is_named(tmp_path: Path, text: str, words: str) -> None:
    found = problems(tmp_path, text)
    assert any(words in sentence for sentence in found), found
    assert all("config.toml" in sentence for sentence in found)
    for locale in ("zh-Hans", "zh-Hant"):
        told = [sentence for sentence in each_message(found, locale) if "TOML" not in sentence]
        assert [sentence for sentence in told if english(sentence)] == []
        assert all(f"{tmp_path}/config.toml 第" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("value", "read"),
    [('"5wd"', "5wd"), ('["5wd"]', ["5wd"]), ('["5wd", "10wd", "1m"]', ["5wd", "10wd", "1m"]), ('"1m"', "1m")],
)
def test_repeats_are_one_distance_or_several(tmp_path: Path, value: str, read: object) -> None:
    (tmp_path / "config.toml").write_text(f"[reminders]\nrepeat_overdue = {value}\n")
    assert config.load(None, {}, tmp_path).dump()["reminders"]["repeat_overdue"] == read
    several = {"TRACKER_REMINDERS__REPEAT_OVERDUE": "7d, 1m"}
    assert config.load(None, several, tmp_path).reminders.repeats == [Offset(7, "d"), Offset(1, "m")]


VALUES = """
timezone = "Asia/Urumqi"
[daemon]
alert_command = "/usr/bin/notify --to 'the office'"
[mail]
folder = "out/"
retry_unknown_after = "90s"
password_file = ""
[reminders]
send_at = "08:30"
rungs = ["-07wd", "+1wd"]
escalate_after = "+5wd"
review_every = "2m"
"""


def test_texts_are_read_once_into_values(tmp_path: Path) -> None:
    found = load(written(tmp_path, VALUES), {}, tmp_path)
    assert found.timezone == ZoneInfo("Asia/Urumqi")
    assert found.daemon.alert_command == ("/usr/bin/notify", "--to", "the office")
    assert (found.mail.folder, found.mail.password_file) == (Path("out"), None)
    assert found.mail.retry_unknown_after == timedelta(seconds=90)
    assert found.reminders.send_at == time(8, 30)
    assert found.reminders.rungs == [Offset(-7, "wd"), Offset(1, "wd")]
    assert (found.reminders.escalate_after, found.reminders.review_every) == (Offset(5, "wd"), Offset(2, "m"))


def test_what_was_read_is_written_in_the_form_of_the_example(tmp_path: Path) -> None:
    dump = load(written(tmp_path, VALUES), {}, tmp_path).dump()
    assert dump["timezone"] == "Asia/Urumqi"
    assert dump["daemon"]["alert_command"] == "***"
    assert dump["mail"] | {"folder": "out", "retry_unknown_after": "90s", "password_file": ""} == dump["mail"]
    wanted = {"send_at": "08:30", "rungs": ["-7wd", "+1wd"], "escalate_after": "5wd", "review_every": "2m"}
    assert dump["reminders"] | wanted == dump["reminders"]


def test_what_is_dumped_is_read_again_as_the_same(tmp_path: Path) -> None:
    found = load(written(tmp_path, VALUES.replace("/usr/bin/notify --to 'the office'", "")), {}, tmp_path)
    assert Config.model_validate(found.dump()) == Config.model_validate(tomllib.loads(VALUES) | {"daemon": {}})


@given(st.text("abz09_.-/ %?#@台", max_size=12))
def test_a_database_url_is_read_as_sqlalchemy_reads_it(path: str) -> None:
    url = DatabaseUrl.parse(f"sqlite:///{path}")
    known = make_url(f"sqlite:///{path}")
    assert (url.file, url.shown) == (Path(known.database or "yinuo.db"), storage.shown(known))
    assert storage.sqlite_path(url.within(Path("/srv")).address) == Path("/srv") / (known.database or "yinuo.db")


def test_reading_a_configuration_does_not_wait_for_sqlalchemy(tmp_path: Path) -> None:
    written(tmp_path, "")
    program = (
        "import sys; from tracker.cli.root import run; code = run(sys.argv[1:]); assert 'sqlalchemy' not in sys.modules"
    )
    for line in (["--help"], ["config", "check"], ["config", "show"]):
        done = subprocess.run([sys.executable, "-c", program, *line], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    (sentence,) = problems(tmp_path, "", {"TRACKER_MAIL__PROT": "25"})
    assert "environment variable TRACKER_MAIL__PROT" in sentence
    assert "did you mean port" in sentence


@pytest.mark.parametrize(
    ("text", "name"), [("mail = 3", "TRACKER_MAIL__PORT"), ('language = "en"', "TRACKER_LANGUAGE__SHORT")]
)
def test_a_variable_without_a_table_to_stand_in_is_named(tmp_path: Path, text: str, name: str) -> None:
    assert any(f"environment variable {name}: " in sentence for sentence in problems(tmp_path, text, {name: "25"}))


def test_a_secret_everybody_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary\n")
    secret.chmod(0o644)
    (sentence,) = problems(tmp_path, '[mail]\npassword_file = "secret"')
    assert "line 2: mail.password_file: " in sentence
    assert "chmod 600" in sentence
    secret.chmod(0o600)
    found = load(tmp_path / "config.toml", {}, tmp_path)
    assert found.password() == "canary"
    assert "canary" not in repr(found) + str(found.dump())


def test_the_password_of_a_database_is_masked(tmp_path: Path) -> None:
    found = load(written(tmp_path, '[database]\nurl = "postgresql://u:canary@h/d"'), {}, tmp_path)
    for shown in (repr(found), str(found.database), found.model_dump_json(), str(found.dump())):
        assert "canary" not in shown
        assert "u:***@h/d" in shown
    assert found.database_url == "postgresql+psycopg://u:canary@h/d"


def test_a_password_among_the_parameters_of_a_url_is_masked(tmp_path: Path) -> None:
    found = load(written(tmp_path, '[database]\nurl = "postgresql://h/d?user=u&password=canary"'), {}, tmp_path)
    assert "canary" not in repr(found) + str(found.dump())
    assert "password=canary" in found.database_url


@pytest.mark.parametrize(
    "text",
    [
        'database = "postgresql://u:canary@h/d"',
        '[database]\nurl = ["postgresql://u:canary@h/d"]',
        '[database]\nurl = "postgresql://u:p@h:canary/d"',
        '[database]\nurl = "mysql://u:canary@h/d"',
        '[database]\nurl = "postgresql://u:p@canary/q@h/d"',
        '[mail]\npassword = "canary"',
    ],
)
def test_no_mistake_quotes_a_secret(tmp_path: Path, text: str) -> None:
    found = problems(tmp_path, text)
    assert [sentence for sentence in found if "canary" in sentence] == []
