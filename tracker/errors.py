"""Errors of the program itself, kept apart from what they are raised by: the command line knows them at its start."""

from commitments.errors import Error, Lines


class ConfigError(Error):
    """The configuration is wrong; ``problems`` has one sentence each, ``language`` is the one it asks for, if known."""

    def __init__(self, problems: list[str], language: str = "") -> None:
        """Take one sentence per problem."""
        super().__init__(problem=Lines(problems))
        self.problems, self.language = problems, language


class KeysGone(ConfigError):
    """Keys that sign links were made for this ledger, and their file is not there."""
