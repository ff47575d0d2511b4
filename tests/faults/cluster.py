"""A PostgreSQL server of the suite's own that keeps what it committed, and that tests may end as a power cut would."""

from tests.conftest import Cluster


class HardyCluster(Cluster):
    """Like the one the other tests use, but with ``fsync`` on: after a crash every commit must still be there."""

    def start(self) -> None:
        super().start()
        self.restart("fast")

    def restart(self, mode: str = "immediate") -> None:
        """Start anew, after ending the server if it runs; ``immediate`` is a crash: nothing is written down before."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.home} -c fsync=on"
        self._as_user(
            "pg_ctl", "-D", f"{self.home}/data", "-w", "-l", f"{self.home}/log", "-m", mode, "-o", options, "restart"
        )
