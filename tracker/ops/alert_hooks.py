"""Alert hooks: the operator's own command for each new alert, and the address that a dead man's switch listens at.

Both are off unless configured. Neither the command nor the address is ever logged: they may hold tokens.
"""

import logging
import subprocess
from collections.abc import Sequence

from notifications.models import Alert
from notifications.remarks import worded

COMMAND_SECONDS = 30
PING_SECONDS = 10
log = logging.getLogger("yinuo.alert")


class AlertHooks:
    """Reports each alert once in the life of a daemon: in the log, and to the command."""

    def __init__(self, command: Sequence[str], ping_url: str, language: str = "en") -> None:
        """Take what is run, what is fetched, and the language in which a person is told."""
        self.command = command
        self.ping_url = ping_url
        self.language = language
        self.reported: set[tuple[str, object]] = set()

    def report(self, standing: Sequence[Alert]) -> None:
        """Report what is new among the alerts that stand."""
        for alert in standing:
            if (alert.key, alert.at) not in self.reported:
                self.reported.add((alert.key, alert.at))
                log.error("alert: %s", worded(alert.text))
                self._run_command(worded(alert.text).message(self.language))

    def _run_command(self, words: str) -> None:
        """Run the command with the text on its standard input, where no shell can read it as anything else."""
        if not self.command:
            return
        try:
            subprocess.run(  # noqa: S603 - the operator's own command
                self.command, input=words, text=True, errors="replace", timeout=COMMAND_SECONDS, check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.CalledProcessError as trouble:
            log.warning("alert_command failed with exit code %d", trouble.returncode)
        except (OSError, subprocess.TimeoutExpired) as trouble:
            log.warning("alert_command could not be run: %s", type(trouble).__name__)

    def ping(self) -> None:
        """Signal that passes finish. That nobody answers is not our trouble: it is the listener who raises alarm."""
        if not self.ping_url:
            return
        import urllib.request

        try:
            with urllib.request.urlopen(self.ping_url, timeout=PING_SECONDS):  # noqa: S310 - http or https, checked
                return
        except (OSError, ValueError) as trouble:
            log.warning("ping_url could not be reached: %s", type(trouble).__name__)
