"""One form for signs that letters write in two ways, so that every rule is written once."""

import re

SIGNS = str.maketrans(
    {",": "，", ";": "；", ":": "：", "(": "（", ")": "）", "!": "！", "?": "？", "．": ".", "％": "%"}
    | {
        "「": "“",
        "」": "”",
        "『": "“",
        "』": "”",
        "〈": "《",
        "〉": "》",
        "﹕": "：",
        "︰": "：",
    }
    | dict.fromkeys("\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))), " ")
)
IN_NUMBER = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def canonical(text: str) -> str:
    """Write signs in their full-width form, character for character; a comma inside a number stays ASCII."""
    return IN_NUMBER.sub(",", text.translate(SIGNS))
