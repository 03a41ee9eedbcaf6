"""Supervisor: several processes of the web on one port, and another one for each that ends.

The sockets belong to this process: connections that wait at the socket of a process that has died
are answered by the one that takes its place. When this process ends, all others see their standard
input end, and stop.
"""

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from allygraph.errors import AllygraphError, UnreadableFile
from allygraph.web.metrics import FOLDER, forget
from allygraph.web.settings import Settings
from allygraph.web.worker import import_path

log = logging.getLogger("allygraph.web")
_START_S = 60.0
_STOP_S = 5.0
_LONGEST_PAUSE_S = 10.0
_LIVED_S = 10.0
_PROGRAM = "from allygraph.web.process import main; main()"


class Supervisor:
    """The processes of a service.

    Args:
        listeners: one socket for each process; they may be the same one.
        settings: of the whole service.
    """

    def __init__(self, listeners: Sequence[socket.socket], settings: Settings) -> None:
        self._listeners = listeners
        self._settings = settings.share().record()
        self._environment = {
            "PYTHONPATH": os.pathsep.join(import_path()),
            FOLDER: str(Path(settings.shared) / "metrics"),
        }
        self._stopping = asyncio.Event()
        self._processes: dict[int, Process] = {}

    async def run(self, ready: Callable[[], None]) -> None:
        """Keep the processes alive until a signal says stop.

        Args:
            ready: called once all processes answer.

        Raises:
            AllygraphError: a process could not start for the first time.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        places = range(len(self._listeners))
        try:
            await asyncio.gather(*(self._start(place) for place in places))
            if not self._stopping.is_set():
                ready()
            await asyncio.gather(*(self._keep(place) for place in places))
        finally:
            await asyncio.gather(*(_end(process) for process in self._processes.values()))

    def signal(self, number: int) -> None:
        """Hand on a signal to all processes."""
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(number)

    async def _start(self, place: int) -> None:
        listener = self._listeners[place]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", _PROGRAM),
            stdin=PIPE,
            stdout=PIPE,
            env=os.environ | self._environment,
            pass_fds=(listener.fileno(),),
        )
        self._processes[place] = process
        told = {"listener": listener.fileno(), "settings": self._settings, "place": place}
        found = await asyncio.wait_for(_introduce(process, told), _START_S)
        if not found.get("ready"):
            reason = found.get("message", "a process of the web ended at once")
            raise UnreadableFile(reason, place=found.get("place"))

    async def _keep(self, place: int) -> None:
        """Replace the process at a place whenever it ends; more slowly when it ends at once."""
        pause = 0.1
        loop = asyncio.get_running_loop()
        began = loop.time()
        while await self._has_ended(self._processes[place]):
            code = self._processes[place].returncode
            forget(self._environment[FOLDER], self._processes[place].pid)
            log.error("a process of the web ended with code %s; another takes its place", code)
            pause = 0.1 if loop.time() - began > _LIVED_S else min(2 * pause, _LONGEST_PAUSE_S)
            await self._wait(pause)
            if self._stopping.is_set():
                return
            began = loop.time()
            try:
                await self._start(place)
            except (AllygraphError, OSError, TimeoutError) as error:
                log.error("a process of the web could not be started: %s", error)
                await _end(self._processes[place])

    async def _has_ended(self, process: Process) -> bool:
        """Wait until a process ends, or all are to stop."""
        ended = asyncio.ensure_future(process.wait())
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        for task in (ended, stopping):
            task.cancel()
        return not self._stopping.is_set()

    async def _wait(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)


async def _introduce(process: Process, told: dict[str, Any]) -> dict[str, Any]:
    """Tell a process what it is for; give what it says."""
    if process.stdin is None or process.stdout is None:
        raise TypeError("a process of the web needs both pipes")
    with suppress(ConnectionError):
        process.stdin.write(json.dumps(told).encode() + b"\n")
        await process.stdin.drain()
    line = await process.stdout.readline()
    found: dict[str, Any] = json.loads(line) if line else {}
    return found


async def _end(process: Process) -> None:
    """Ask a process to stop, and end it when it does not."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), _STOP_S)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
