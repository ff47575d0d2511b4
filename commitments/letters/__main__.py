"""``python -m commitments.letters FILE`` prints what is read in a letter, as JSON."""

import json
import sys
from pathlib import Path

from commitments.letters.reading import read
from commitments.letters.report import as_json

if __name__ == "__main__":
    file = Path(sys.argv[1])
    narrow = "utf" not in (sys.stdout.encoding or "utf-8").lower()  # there, every other character is escaped
    print(json.dumps(as_json(read(file.read_bytes(), file.name)), ensure_ascii=narrow, indent=1))
