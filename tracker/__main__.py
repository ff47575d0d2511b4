"""The command ``tracker``."""

import gc
import sys

GARBAGE_THRESHOLD = 150_000  # objects: what is imported stays, and looking through it would take a tenth of the start


def main() -> None:
    """Run the command line; ``--version`` alone is answered without loading anything."""
    if sys.argv[1:] == ["--version"]:
        from tracker import __version__

        print(f"yinuo {__version__}")
        return
    gc.set_threshold(GARBAGE_THRESHOLD)
    from tracker.cli.root import run

    code = run()
    gc.freeze()  # nor is it looked through at the end
    sys.exit(code)


if __name__ == "__main__":
    main()
