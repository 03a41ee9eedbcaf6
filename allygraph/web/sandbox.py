"""Sandbox: what a process that reads a stranger's query may not do.

Applied by the process to itself before it reads anything: a cap on memory, no files written, no
core dumps, first in line when the machine runs out of memory, and on Linux a seccomp filter that
denies new sockets and new programs. None of it needs a privilege; what a platform lacks is named
in the list that ``confine`` gives back, so that the operator reads it in the log.

Source of the call numbers: Linux ``unistd.h`` of the two architectures; of the filter's form:
``linux/filter.h`` and ``linux/seccomp.h``.
"""

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

_EPERM = 1
_ALLOW = 0x7FFF0000
_DENY = 0x00050000 | _EPERM
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER_MODE = 38, 22, 2
_PARENT_DEATH_SIGNAL, _SIGKILL = 1, 9
_X32 = 0x40000000

# The audit number of the machine, and the calls denied there: socket, socketpair, connect, execve,
# execveat, kill, ptrace, process_vm_readv and writev, bpf, io_uring_setup, pidfd_getfd; on x86 also
# fork and vfork. Threads stay possible: the store needs them.
_MACHINES: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 53, 42, 59, 322, 62, 101, 310, 311, 321, 425, 438, 57, 58)),
    "aarch64": (0xC00000B7, (198, 199, 203, 221, 281, 129, 117, 270, 271, 280, 425, 438)),
}


def confine(parent: int) -> list[str]:
    """Confine the calling process, and the threads it will start, for the rest of its life.

    Args:
        parent: process id without which it must not live on.

    Returns:
        One sentence for each guard that this platform does not have.

    Raises:
        SystemExit: the parent has ended already.
    """
    _tie_to(parent)
    _be_first_when_memory_ends()
    notes = [_write_nothing(), deny_network()]
    return [note for note in notes if note]


def limit_memory(most_bytes: int) -> list[str]:
    """Cap the address space of the calling process; the notes are those of `confine`."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    except (ImportError, ValueError, OSError):
        return ["no memory cap: this platform has no limit on the address space"]
    return []


def _write_nothing() -> str:
    try:
        import resource
    except ImportError:
        return "files and core dumps can be written: this platform has no resource limits"
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    return ""


def _tie_to(parent: int) -> None:
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, _SIGKILL, 0, 0, 0)
    # The parent may have ended before the call above; then nobody would send the signal.
    if os.getppid() != parent:
        raise SystemExit(0)


def _be_first_when_memory_ends() -> None:
    score = Path("/proc/self/oom_score_adj")
    if score.exists():
        descriptor = None
        try:
            descriptor = os.open(score, os.O_WRONLY)
            os.write(descriptor, b"1000")
        except OSError:
            return
        finally:
            if descriptor is not None:
                os.close(descriptor)


def deny_network() -> str:
    """Deny new sockets and new programs to this process and the threads it will start.

    Returns:
        Empty when the filter is in force, else one sentence that says why it is not.
    """
    machine = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return (
            f"no seccomp on {sys.platform} {platform.machine()}: only the text check stops SERVICE"
        )
    program = _program(*machine)
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    call = ctypes.CDLL(None, use_errno=True).prctl
    call.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    if call(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return f"no seccomp: {os.strerror(ctypes.get_errno())}"
    filter_head = ctypes.create_string_buffer(head, len(head))
    if call(_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(filter_head), 0, 0) != 0:
        return f"no seccomp: {os.strerror(ctypes.get_errno())}"
    return ""


def _program(architecture: int, denied: tuple[int, ...]) -> bytes:
    """Assemble the filter: 8 bytes an instruction (code, jump if true, jump if false, value)."""
    load, equal, at_least, give = 0x20, 0x15, 0x35, 0x06
    calls = len(denied)
    steps = [
        (load, 0, 0, 4),  # the architecture of the call
        (equal, 0, calls + 3, architecture),  # a foreign one is denied whole
        (load, 0, 0, 0),  # its number
        (at_least, calls + 1, 0, _X32),  # the second table of numbers on x86 is denied whole
        *((equal, calls - place, 0, number) for place, number in enumerate(denied)),
        (give, 0, 0, _ALLOW),
        (give, 0, 0, _DENY),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
