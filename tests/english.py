"""What of a Chinese text is an English sentence, and no name that is written so in every language."""

import errno
import os
import re

ENGLISH = re.compile(r"[A-Za-z]{2,}[’']?[a-z]*(?:[ ,;:]+[A-Za-z]{2,}[’']?[a-z]*)+")
NAMES = re.compile(  # no sentences: what one types, files and addresses, keys of the configuration, names of servers;
    # the mark of a ledger that was copied elsewhere, which stands in its database; and what the system itself says
    rf"{'|'.join(map(re.escape, map(os.strerror, errno.errorcode)))}"
    r"|`[^`]*`|tracker [^。；]*|--[a-z-]+(?: [A-Z]+)?|[^\s：；，。]*[/.@][^\s：；，。]*|\[[a-z]+\] [a-z_]+"
    r"|^tracker: |production, moved to|pip install \S+|Ctrl-C|\b(?:SQLite|WAL|MiB|UTF-8|SEQ:HASH)\b"
)


def english(text: str) -> list[str]:
    """Return the runs of English words on each line."""
    return [found for line in text.splitlines() for found in ENGLISH.findall(NAMES.sub("·", line))]
