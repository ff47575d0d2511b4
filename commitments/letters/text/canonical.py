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
        "\u3000": " ",
        "\u00a0": " ",
    }
)
IN_NUMBER = re.compile(r"(?<=\d)，(?=\d{3}(?!\d))")


def canonical(text: str) -> str:
    """Write signs in their full-width form, character for character; a comma inside a number stays ASCII."""
    return IN_NUMBER.sub(",", text.translate(SIGNS))
