"""The command ``tracker``."""

import gc
import sys


def main() -> None:
    """Run the command line; ``--version`` alone is answered without loading anything."""
    if sys.argv[1:] == ["--version"]:
        from tracker import __version__  # noqa: PLC0415

        print(f"yinuo {__version__}")
        return
    gc.disable()  # what is imported stays: to look through it for garbage takes a tenth of the start
    from tracker.cli.root import run  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    sys.exit(run())


if __name__ == "__main__":
    main()
