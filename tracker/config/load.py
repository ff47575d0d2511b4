"""Reading the configuration: TOML, environment over it, defaults under it; every mistake named with file, line, key."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from commitments import i18n
from commitments.errors import Mistake, sentence
from tracker.config.schema import Config
from tracker.errors import ConfigError

PREFIX = "TRACKER_"

Key = tuple[str, ...]  # ("mail", "port")


def load(path: Path | None, env: Mapping[str, str], cwd: Path) -> Config:
    """Read the configuration; ``path`` is what ``--config`` named. Raises ConfigError with all mistakes at once."""
    source = find(path, env, cwd)
    try:
        text = source.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as wrong:
        raise ConfigError([sentence("config.unreadable", file=source, problem=wrong)]) from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError([sentence("config.toml", file=source, problem=wrong)]) from wrong
    origins, problems = _overlay(table, env)
    folder = source.resolve().parent
    try:
        config = Config.model_validate(table, context={"folder": folder})
    except ValidationError as wrong:
        problems += [_sentence(error, source, text, origins) for error in wrong.errors()]
    if problems:
        language = table.get("language")
        raise ConfigError(problems, language if language in i18n.LOCALES else "")
    config._folder, config._source = folder, source  # noqa: SLF001 - set once, here
    return config


def find(path: Path | None, env: Mapping[str, str], cwd: Path) -> Path:
    """Return the configuration file. Raises ConfigError when there is none."""
    named = path or (Path(env["TRACKER_CONFIG"]) if env.get("TRACKER_CONFIG") else None)
    if named is not None:
        if not named.is_file():
            raise ConfigError([sentence("config.no_file", file=named)])
        return named
    home = Path(env.get("XDG_CONFIG_HOME") or Path(env.get("HOME", "/")) / ".config")
    for place in (cwd / "config.toml", home / "yinuo" / "config.toml", Path("/etc/yinuo/config.toml")):
        if place.is_file():
            return place
    raise ConfigError([sentence("config.none")])


def _overlay(table: dict[str, Any], env: Mapping[str, str]) -> tuple[dict[Key, str], list[str]]:
    """Lay ``TRACKER_MAIL__PORT=2525`` over the file; return what came from which variable, and problems."""
    origins: dict[Key, str] = {}
    problems: list[str] = []
    for name in sorted(env):
        if not name.startswith(PREFIX) or name == "TRACKER_CONFIG":
            continue
        key = tuple(name.removeprefix(PREFIX).lower().split("__"))
        if _put(table, key, _typed(key, env[name])):
            origins[key] = name
        else:
            problems.append(_named(sentence("config.variable", name=name), key[:-1], sentence("config.type.no_table")))
    return origins, problems


def _put(table: dict[str, Any], key: Key, value: object) -> bool:
    """Set a key, making the tables on its way; False where something else is in the way."""
    for part in key[:-1]:
        table = table.setdefault(part, {})
        if not isinstance(table, dict):
            return False
    table[key[-1]] = value
    return True


def _typed(key: Key, value: str) -> object:
    """Give a variable's text the type of the key's default."""
    default: Any = Config().model_dump()
    for part in key:
        default = default.get(part) if isinstance(default, dict) else None
    if isinstance(default, int) and re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    return [part.strip() for part in value.split(",")] if isinstance(default, list) else value


def _named(place: str, key: Key, problem: str | Mistake) -> str:
    return sentence("config.value", key=sentence("cli.common.pair", name=place, value=".".join(key)), problem=problem)


def _sentence(error: ErrorDetails, source: Path, text: str, origins: Mapping[Key, str]) -> str:
    """Say where a mistake is (file and line, or variable), which key, and what is wrong."""
    key = tuple(str(part) for part in error["loc"])
    variable = next((name for origin, name in origins.items() if key[: len(origin)] == origin[: len(key)]), None)
    line = sentence("config.line", file=source, n=_line(text, key))
    return _named(sentence("config.variable", name=variable) if variable else line, key, _wrong(error, key))


def _wrong(error: ErrorDetails, key: Key) -> str | Mistake:
    """Say what is wrong; a value is quoted only where none can hold a secret."""
    kind, facts = error["type"], error.get("ctx", {})
    if isinstance(mistake := facts.get("error"), Mistake):
        return mistake
    if kind == "extra_forbidden":
        return sentence("config.type.extra_forbidden", hint=_near(key))
    if kind not in i18n.table("en", "config.type"):
        return error["msg"]
    allowed = re.findall(r"'([^']*)'", str(facts.get("expected", "")))
    problem = sentence(f"config.type.{kind}", **{**facts, "expected": allowed, "name": key[-1]})
    quoted = kind in ("string_type", "int_type", "list_type") and isinstance(error["input"], str | int | float)
    return sentence("config.not_value", problem=problem, value=repr(error["input"])) if quoted else problem


def _near(key: Key) -> str:
    model: Any = Config
    for part in key[:-1]:
        model = model.model_fields[part].annotation if part in model.model_fields else model
    close = difflib.get_close_matches(key[-1], list(model.model_fields), n=1)
    return sentence("config.near", name=close[0]) if close else ""


def _line(text: str, key: Key) -> int:
    """Return the line a key stands on, or that of its section's header, counted from 1."""
    section, found = "", 1
    wanted = ".".join(part for part in key[:-1] if not part.isdecimal())
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[([^\[\]]+)\]", line):
            section = header[1].strip()
            found = number if section in (wanted, ".".join(key)) else found
        elif name := re.match(r"\s*([\w-]+)\s*=", line):
            here = (*section.split("."), name[1]) if section else (name[1],)
            if here == key[: len(here)]:
                return number
    return found


def _example() -> str:
    """Return the commented example, from the installed package or the checkout."""
    packaged = resources.files("tracker").joinpath("config.example.toml")
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "config.example.toml").read_text(encoding="utf-8")


EXAMPLE = _example()
