import os
import threading
from pathlib import Path

import pytest

from notifications.links import OWNER
from tracker.app import App
from tracker.config import Config, ConfigError, load
from tracker.config.check import check_all
from tracker.ops import link_keys, upgrade

BASE = '[web]\nbase_url = "https://yinuo.example"\n'


def loaded(folder: Path, text: str = BASE) -> Config:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load(folder / "config.toml", {}, folder)


def test_without_an_address_there_are_no_links_and_no_file(tmp_path: Path) -> None:
    assert App(loaded(tmp_path, ""), actor="x").links is None
    assert not (tmp_path / "web-keys").exists()


def test_the_first_key_is_made_when_it_is_needed_and_stays(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    upgrade.prepare(App(config, actor="x"))
    assert not (tmp_path / "web-keys").exists()
    first, second = App(config, actor="x").links, App(loaded(tmp_path), actor="x").links
    assert first is not None
    assert second is not None
    assert first.owner(1, 1, 1) == second.owner(1, 1, 1)
    assert (tmp_path / "web-keys").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "web-keys").read_text().strip()) == 43
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []


def test_who_comes_second_takes_the_key_of_the_first(tmp_path: Path) -> None:
    """Eight programs that start at once sign with one key."""
    file, found, together = tmp_path / "web-keys", set(), threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.add(link_keys.read(file))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {link_keys.read(file)}


def test_rotating_keeps_one_key_before_the_newest(tmp_path: Path) -> None:
    file = tmp_path / "web-keys"
    (first,) = link_keys.read(file)
    second, before = link_keys.rotate(file)
    assert before == first
    third, before = link_keys.rotate(file)
    assert before == second
    assert link_keys.read(file) == (third, second)
    assert len({first, second, third}) == 3
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_who_could_read_the_keys_still_can_after_root_turned_them(tmp_path: Path) -> None:
    file = tmp_path / "web-keys"
    link_keys.read(file)
    os.chown(file, 65534, 65533)
    file.chmod(0o640)
    link_keys.rotate(file)
    found = file.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (65534, 65533, 0o640)


def test_a_running_program_signs_with_the_new_key_from_its_next_pass_on(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(BASE)
    config = load(tmp_path / "config.toml", {}, tmp_path)
    app = App(config, actor="x")
    upgrade.prepare(app)
    assert app.fresh() is app
    assert app.links is not None
    before = app.links.owner(1, 1, 1)
    link_keys.rotate(config.keys_file)
    again = app.fresh()
    assert again.links is not None
    assert again.links.owner(1, 1, 1) != before
    assert again.links.read(OWNER, before.split("/")[4]) is not None
    app.engine.dispose()


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("", 0o600, "is empty"),
        ("canary", 0o600, "at least 32 characters"),
        ("canary-" * 9, 0o644, "chmod 600"),
        ("canary-" * 9, 0o602, "chmod 600"),
    ],
)
def test_a_file_that_is_no_secret_is_refused(tmp_path: Path, text: str, mode: int, words: str) -> None:
    (tmp_path / "web-keys").write_text(text)
    (tmp_path / "web-keys").chmod(mode)
    with pytest.raises(ConfigError, match=words) as wrong:
        loaded(tmp_path)
    assert "line 1: web.keys_file: " in str(wrong.value)
    assert "canary" not in str(wrong.value)
    assert loaded(tmp_path, "").web.base_url == ""  # nobody looks at it without links
    with pytest.raises(ConfigError, match=words):
        link_keys.read(tmp_path / "web-keys")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"web\.keys_file: .*absent/web-keys: it cannot be written"):
        link_keys.read(tmp_path / "absent" / "web-keys")


@pytest.mark.parametrize(
    ("web", "states"),
    [
        ("", []),
        ('base_url = "https://yinuo.example"', ["ok"]),
        ('base_url = "http://localhost:8019"', ["ok"]),
        ('base_url = "http://yinuo.example"', ["warn", "ok"]),
        ('base_url = "https://yinuo.example"\nkeys_file = "absent/web-keys"', ["bad"]),
    ],
)
def test_the_doctor_looks_at_links(tmp_path: Path, web: str, states: list[str]) -> None:
    found = check_all(App(loaded(tmp_path, f"[web]\n{web}\n"), actor="x"))
    assert [finding.state for finding in found if finding.what == "links"] == states
    assert not (tmp_path / "web-keys").exists()


def test_the_keys_are_shown_nowhere(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    (key,) = link_keys.read(config.keys_file)
    app = App(config, actor="x")
    assert app.links is not None
    assert key not in repr(config) + str(config.dump()) + repr(app.links) + app.links.owner(1, 1, 1)
