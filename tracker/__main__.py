"""The command ``tracker``."""

import sys


def main() -> None:
    """Run the command line; ``--version`` alone is answered without loading anything."""
    if sys.argv[1:] == ["--version"]:
        from tracker import __version__  # noqa: PLC0415

        print(f"yinuo {__version__}")
        return
    from tracker.cli.root import run  # noqa: PLC0415

    sys.exit(run())


if __name__ == "__main__":
    main()
