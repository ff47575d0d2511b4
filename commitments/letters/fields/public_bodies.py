"""Names of public bodies in a letter, found by their form: a place or level in front, a kind of body at the end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from commitments.letters.patterns import patterns

PATTERNS = patterns(__file__)
KINDS = {"街道办事处": "街道", "镇人民政府": "镇政府", "乡人民政府": "乡政府", "公司": "公司", "集团": "集团"}


@dataclass
class Register:
    """The bodies a letter names, by their written form; the replying unit by all its forms."""

    self_name: str | None
    names: set[str] = field(default_factory=set)

    def is_self(self, name: str) -> bool:
        """Say whether a name means the replying unit: its own, with or without the place in front."""
        if not self.self_name or len(name) < 3:
            return False
        if name == self.kind or _is_short_for(name, self.self_name):
            return True
        if name.endswith("部门") and self.self_name.startswith(name.removesuffix("部门")):
            return True
        longer, shorter = sorted((self.self_name, name), key=len, reverse=True)
        head = longer[: len(longer) - len(shorter)]
        return longer == shorter or (
            longer.endswith(shorter) and (head[-1] in "省市区县州盟旗镇乡" or shorter[0] in "省市区县州盟旗镇乡")
        )

    @property
    def kind(self) -> str | None:
        """What the replying unit may call itself: 镇政府 of a town's government."""
        return next((word for end, word in KINDS.items() if (self.self_name or "").endswith(end)), None)

    def calls_itself(self, text: str) -> bool:
        """Say whether the replying unit speaks of itself by its kind: 街道将… of a street office."""
        kind = self.kind
        return bool(kind and re.search(rf"(?:^|[，。；]){kind}(?=将|会|拟|计划|已|协调|督促|正在)", text))

    def search(self, text: str) -> list[tuple[int, int, str]]:
        """Return the known names in a text: start, end, name; the longest at every place."""
        return [(hit.start(), hit.end(), hit[0]) for hit in self._form.finditer(text)] if self.names else []

    @cached_property
    def _form(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self.names, key=len, reverse=True))))


def _is_short_for(name: str, full: str) -> bool:
    """Say whether a name is a short form of another: 市住建局 of 云州市住房和城乡建设局."""
    short, core = PATTERNS["place_and_level"].sub("", name), PATTERNS["place_and_level"].sub("", full)
    return any(_spelt(short, rest) for rest in (core, core[PLACE:])) and len(short) >= SHORTEST


def _spelt(short: str, full: str) -> bool:
    """Say whether the signs of a short form stand in the full one in their order, the first and last at its ends."""
    signs = iter(full)
    ends = full[:1] == short[:1] and full[-1:] == short[-1:]
    return bool(short) and ends and all(sign in signs for sign in short)


PLACE = 2  # characters of a place without a level: 新城管委会 is 岚港新城管理委员会


SPOKEN = ("group", "ministry", "brand", "department", "part", "told")  # by other forms than a place and a kind
MOST, SHORTEST = 300, 3  # a letter names a few dozen bodies at most; 市里 or 我市 is none


def register(text: str, self_name: str | None, others: tuple[str, ...]) -> Register:
    """Collect the bodies a letter names."""
    given = [name for name in (self_name, *others) if name]
    short = [PATTERNS["place_before_level"].sub("", self_name)] if self_name else []
    spoken = (hit["name"] for hit in PATTERNS["short"].finditer(text))
    ours = (name for name in spoken if self_name and _is_short_for(name, self_name))
    groups = (hit["name"] for name in SPOKEN for hit in PATTERNS[name].finditer(text))
    names = dict.fromkeys((*given, *short, *_plain(text), *ours, *groups))
    return Register(self_name, {name for name in list(names)[:MOST] if len(name) >= SHORTEST or name[:1] == "各"})


def _plain(text: str) -> Iterator[str]:
    place = 0
    while hit := PATTERNS["name"].search(text, place):
        group = "firm" if hit["firm"] else "name"
        name = hit[group]
        if looks_like_unit(name):
            yield name
            place = max(hit.end(group), hit.start() + 1)
        else:
            place = max(hit.start() + 1, hit.start(group))


NAMED = 5  # a company without a place in front has at least so many characters


def looks_like_unit(name: str) -> bool:
    """Say whether a string has the form of a public body's or company's own name."""
    if PATTERNS["noise"].search(PATTERNS["inside"].sub("", name)):
        return False
    return bool(
        PATTERNS["begins"].match(name)
        or PATTERNS["utility"].match(name)
        or (PATTERNS["ends"].search(name) and len(name) >= NAMED - name.endswith("集团"))
    )
