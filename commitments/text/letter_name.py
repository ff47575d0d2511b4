"""What the ledger calls a reply letter, also one that prints no document number."""

import re
from datetime import date

HASH_DIGITS = 12


def letter_name(
    document_number: str, proposal_number: str, session: str, day: date | None, unit: str, sha256: str
) -> str:
    """Return the document number; else the proposal number with its session or year and the unit; else the text's hash.

    ``第118号（市政协七届三次会议，汐南市教育局）``, ``第118号（2022年，汐南市教育局）``, ``文本1f0c55a2b3d4``; "" where
    nothing tells one letter from another.
    """
    when = session or (f"{day.year}年" if day else "")
    if document_number:
        return document_number
    if proposal_number and when and unit:
        return re.sub("[|;；]", "、", f"第{proposal_number}号（{when}，{unit}）")
    return f"文本{sha256[:HASH_DIGITS]}" if sha256 else ""
