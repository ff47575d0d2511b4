"""The start of the program."""

import subprocess
import sys

STARTED = """
import gc, sys
from tracker.__main__ import main
sys.argv = ["tracker", "--help"]
try:
    main()
except SystemExit as end:
    sys.exit(end.code or not (gc.isenabled() and gc.get_freeze_count()))
"""


def test_garbage_is_collected_again_once_the_program_is_loaded() -> None:
    started = subprocess.run([sys.executable, "-c", STARTED], check=False, capture_output=True, text=True)
    assert started.returncode == 0, started.stderr
