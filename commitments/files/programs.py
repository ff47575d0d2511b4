"""Programs of others, run on files of foreign making: in a folder of their own, with bounds, without a network.

The bounds are those of ``confined``, and of what a file may hold. The network is refused by the kernel (seccomp): the
program may open Unix sockets, which it needs within itself, and no others. Where the kernel cannot, nothing is run.
Linux on the processors of SOCKET only.
"""

import ctypes
import os
import platform
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from commitments.files.confined import bound

SECONDS = 60  # of the processor
WAIT = 120.0  # seconds by the clock
MEMORY = 4 << 30  # bytes of address space: LibreOffice maps two
MOST_BYTES = 200 << 20  # of a file that is written
SOCKET = {  # by processor: its name for the kernel (AUDIT_ARCH), the number of socket()
    "x86_64": (0xC000003E, 41),
    "aarch64": (0xC00000B7, 198),
    "riscv64": (0xC00000F3, 198),
    "loongarch64": (0xC0000102, 198),
}
IO_URING_SETUP = 425  # opens sockets too
X32 = 0x40000000  # from here on, other numbers for the same calls
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2  # prctl(2)
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06  # of the kernel's filters (bpf)
ALLOW, DENY = 0x7FFF0000, 0x00050000 | 13  # EACCES


class ProgramFailed(Exception):
    """The program ended badly, took too much, or could not be kept from the network."""


def run(program: str, *arguments: str, folder: Path, seconds: int = SECONDS, wait: float = WAIT) -> None:
    """Run a program in a folder, which is also its home; what it has to say it writes there. Raises ProgramFailed."""
    line = [sys.executable, "-P", "-m", "commitments.files.programs", str(seconds), str(MEMORY), program, *arguments]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 - a program the operator installed, files named by us
        line,
        cwd=folder,
        env=_environment(folder),
        stdin=nowhere,
        stdout=nowhere,
        stderr=nowhere,
        start_new_session=True,
    ) as process:
        try:
            code = process.wait(wait)
        except subprocess.TimeoutExpired:
            raise ProgramFailed(program) from None
        finally:
            _end(process.pid)
    if code:
        raise ProgramFailed(program)


def _end(group: int) -> None:
    """End what the program started and left behind."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _environment(folder: Path) -> dict[str, str]:
    """Return what the program is told of the world: nothing that is not needed."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "TESSDATA_PREFIX") if name in os.environ}
    homes = dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"), str(folder))
    return {**kept, **homes, "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1", "SAL_USE_VCLPLUGIN": "svp"}


def _without_network() -> bool:
    """Refuse this process, and those it becomes, all sockets but Unix ones; say whether the kernel agreed."""
    known = SOCKET.get(platform.machine())
    if known is None:
        return False
    code = _filter(*known)
    held = ctypes.create_string_buffer(code)
    given = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and libc.prctl(SECCOMP, FILTER, given, 0, 0) == 0)


def _filter(processor: int, call: int) -> bytes:
    """Return a filter of system calls; a jump counts the lines it leaps over, where its test holds and where not."""
    lines: Sequence[tuple[int, int, int, int]] = (
        (LOAD, 0, 0, 4),  # the processor
        (EQUAL, 0, 6, processor),
        (LOAD, 0, 0, 0),  # the call
        (AT_LEAST, 4, 0, X32),
        (EQUAL, 3, 0, IO_URING_SETUP),
        (EQUAL, 0, 3, call),
        (LOAD, 0, 0, 16),  # its first argument: the family
        (EQUAL, 1, 0, 1),  # AF_UNIX
        (RETURN, 0, 0, DENY),
        (RETURN, 0, 0, ALLOW),
    )
    return b"".join(struct.pack("HBBI", *line) for line in lines)


if __name__ == "__main__":
    bound(int(sys.argv[1]), int(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not _without_network():
        sys.exit(1)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 - no shell is meant
