"""Blanks inside the words of a letter: around figures (2019 年 10 月), or between all signs, as recognised text has.

They are left out for matching only; a tab parts the cells of a table and stays.
"""

import re
from collections.abc import Iterator

NO_WIDTH = "\u00ad\u200b-\u200f\u2060\ufeff"
BLANK = f"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000{NO_WIDTH}]"
CHINESE = "[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff01-\uff5e“”‘’—…]"
FIGURE = "[0-9０-９]"
BODIES = f"(?<=[局委厅府办院会社]){BLANK}(?=[省市区县州镇])"  # 市财政局 市水利局 are two
FOLDED = re.compile(
    f"[{NO_WIDTH}]+|(?!{BODIES})(?<={CHINESE}){BLANK}{{1,2}}(?={CHINESE})"
    f"|(?<={FIGURE}){BLANK}{{1,4}}(?=[%％‰]|{CHINESE})|(?<={CHINESE}){BLANK}{{1,4}}(?={FIGURE})"
)
GAP = re.compile(f"(?<={CHINESE}){BLANK}(?={CHINESE}|{FIGURE})|(?<={FIGURE}){BLANK}(?={CHINESE})")
SINGLE = re.compile(f"(?<={FIGURE})(?<!{FIGURE}{{2}}){BLANK}(?={FIGURE}(?!{FIGURE}))")  # 1 0 月
SIGNS = re.compile(CHINESE)
LABEL = re.compile(f"(?:^|(?<=\\n))[ \t（(|•-]*(?P<label>(?:{CHINESE}{BLANK}{{1,4}}){{1,3}}{CHINESE})(?={BLANK}*[：:])")
INSIDE = re.compile(f"{BLANK}+")
LINE = re.compile(r"[^\n]+")
FEWEST = 4  # gaps; 联 系 人 has fewer and is a label


def folded(text: str) -> Iterator[tuple[int, int]]:
    """Return the stretches of blanks between Chinese signs and figures."""
    return (hit.span() for hit in FOLDED.finditer(text))


def inside_labels(text: str) -> Iterator[tuple[int, int]]:
    """Return the blanks by which the label of a line is spread out: 类  别：, 承 办 人：."""
    for line in LABEL.finditer(text):
        yield from (hit.span() for hit in INSIDE.finditer(text, *line.span("label")))


def between_all_signs(text: str) -> Iterator[tuple[int, int]]:
    """Return the single blanks of lines that have one between most of their signs."""
    for line in LINE.finditer(text):
        gaps = [hit.span() for hit in GAP.finditer(text, *line.span())]
        if len(gaps) >= FEWEST and len(gaps) * 2 >= len(SIGNS.findall(line[0])):
            yield from sorted({*gaps, *(hit.span() for hit in SINGLE.finditer(text, *line.span()))})


def closed(line: str) -> str:
    """Return a line without the blanks between all its signs or inside its label; any other line as it is."""
    for start, end in sorted({*between_all_signs(line), *inside_labels(line)}, reverse=True):
        line = line[:start] + line[end:]
    return line
