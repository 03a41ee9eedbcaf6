"""Pipes: a child process that is asked one frame at a time, without a task or a stream between.

An answer arrives as one call of the event loop; so a short query costs little more than its own
time. The form of the frames is that of ``child``.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar, cast

from allygraph.web.child import LENGTHS

T = TypeVar("T")
_INPUT, _OUTPUT = 0, 1


class Child(asyncio.SubprocessProtocol, Generic[T]):
    """A process and the answer that it owes now.

    Args:
        read: makes of head and body what the asker gets.
        ended: makes of the code of a process that has ended what the asker gets instead.
    """

    def __init__(self, read: Callable[[bytes, bytes], T], ended: Callable[[int], T]) -> None:
        self._read, self._ended = read, ended
        self._loop = asyncio.get_running_loop()
        self._got = bytearray()
        self._needed = LENGTHS.size
        self._answer: asyncio.Future[T] | None = None
        self._exited = asyncio.Event()
        self._is_shut = False
        self._transport: asyncio.SubprocessTransport | None = None

    async def start(self, command: Sequence[str], environment: dict[str, str]) -> None:
        """Start the process; what it writes to standard error is dropped."""
        await self._loop.subprocess_exec(
            lambda: self, *command, stderr=asyncio.subprocess.DEVNULL, env=environment
        )

    @property
    def transport(self) -> asyncio.SubprocessTransport:
        """The process as the event loop knows it."""
        if self._transport is None:
            raise TypeError("the process has not been started")
        return self._transport

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.transport.get_returncode() is None

    def ask(self, parts: Iterable[bytes]) -> "asyncio.Future[T]":
        """Send a frame; give its answer, once it has come."""
        answer = self._answer = self._loop.create_future()
        pipe = self.transport.get_pipe_transport(_INPUT)
        if pipe is not None and not pipe.is_closing():
            pipe.write(b"".join(parts))  # type: ignore[attr-defined]
        self._settle()
        return answer

    async def kill(self) -> None:
        """End the process now, and wait until it has gone."""
        if self.alive:
            with suppress(ProcessLookupError):
                self.transport.kill()
        await self._exited.wait()
        self.transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Know the process."""
        self._transport = cast(asyncio.SubprocessTransport, transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take a part of an answer."""
        got = self._got
        got += data
        if len(got) < self._needed:
            return
        if self._needed == LENGTHS.size:
            self._needed += sum(LENGTHS.unpack_from(got))
            if len(got) < self._needed:
                return
        head_size, _ = LENGTHS.unpack_from(got)
        start = LENGTHS.size + head_size
        head, body = bytes(got[LENGTHS.size : start]), bytes(got[start : self._needed])
        self._got, self._needed = bytearray(), LENGTHS.size
        if self._answer is not None and not self._answer.done():
            try:
                self._answer.set_result(self._read(head, body))
            except (KeyError, ValueError) as error:
                self._answer.set_exception(error)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note that no more will come."""
        if fd == _OUTPUT:
            self._is_shut = True
            self._settle()

    def process_exited(self) -> None:
        """Note the end."""
        self._exited.set()
        self._settle()

    def _settle(self) -> None:
        """Tell who waits that no answer will come, once all has come that will."""
        answer = self._answer
        if answer is not None and not answer.done() and self._is_shut and self._exited.is_set():
            answer.set_result(self._ended(self.transport.get_returncode() or 0))
