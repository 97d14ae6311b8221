"""Runs a few programs as one: prefixed output, restart of what dies, one ordered end.

All stay in the process group of the terminal, so that nothing survives it. Should this process
itself be killed outright, the kernel asks its children to end (PR_SET_PDEATHSIG, Linux).
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO

RESTARTS = 3  # within WINDOW; one more death ends everything
WINDOW = 60  # seconds
GRACE = 20  # seconds a program gets to finish what it is doing
_PR_SET_PDEATHSIG = 1


class GaveUp(Exception):
    """A program died too often. Carries its name."""


@dataclass
class Program:
    """One child: what is started, and how often it had to be."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    code: int | None = None  # of its last end
    deaths: deque[float] = field(default_factory=deque)
    rest: bytes = b""  # the part of its output that is no whole line yet

    @property
    def running(self) -> bool:
        """Whether the child has not ended yet."""
        if self.process is None:
            return False
        self.code = self.process.poll()
        return self.code is None


class Supervisor:
    """Starts the programs in the given order and stops them in the reverse one."""

    def __init__(self, programs: list[Program], out: IO[str] = sys.stdout) -> None:
        self.programs = programs
        self.out = out
        self.stopping = False
        self._selector = selectors.DefaultSelector()
        self._parent = os.getpid()

    def run(self, *each_moment: Callable[[], None]) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP. Raises GaveUp.

        each_moment  called some times a second from the same thread; must return soon.
        """
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._asked_to_stop) for number in signals}
        try:
            for program in self.programs:
                self._start(program)
            while not self.stopping:
                self._pass_output_on(0.3)
                self._restart_the_dead()
                for work in each_moment:
                    if not self.stopping:
                        work()
        finally:
            self._stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def say(self, name: str, line: str) -> None:
        """Print one prefixed line; a closed terminal is no reason to fail."""
        with contextlib.suppress(OSError):
            print(f"{name:>6} | {line}", file=self.out, flush=True)

    def _asked_to_stop(self, _number: int, _frame: object) -> None:
        self.stopping = True

    def _start(self, program: Program) -> None:
        process = subprocess.Popen(
            program.command,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "BIANZHI_PARENT": str(self._parent),
                **program.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=self._end_with_parent,  # safe here: this process has one thread
        )
        program.process = process
        if process.stdout is not None:
            self._selector.register(process.stdout, selectors.EVENT_READ, program)

    def _end_with_parent(self) -> None:
        """In the child, before the program: ask for SIGTERM when the parent is gone."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != self._parent:
                os._exit(1)

    def _pass_output_on(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            program: Program = key.data
            content = os.read(key.fd, 65536)
            if not content:
                self._selector.unregister(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]
            *lines, program.rest = (program.rest + content).split(b"\n")
            if not content and program.rest:
                lines.append(program.rest)
                program.rest = b""
            for line in lines:
                self.say(program.name, line.decode("utf-8", "replace"))

    def _restart_the_dead(self) -> None:
        for program in self.programs:
            if program.running or self.stopping:
                continue
            now = time.monotonic()
            program.deaths.append(now)
            while program.deaths and program.deaths[0] < now - WINDOW:
                program.deaths.popleft()
            if len(program.deaths) > RESTARTS:
                raise GaveUp(program.name)
            self.say(program.name, f"意外退出（代码 {program.code}），正在重新启动")
            self._start(program)

    def _stop(self) -> None:
        for program in reversed(self.programs):
            if program.running and program.process is not None:
                program.process.terminate()
            deadline = time.monotonic() + GRACE
            while program.running and time.monotonic() < deadline:
                self._pass_output_on(0.05)
            if program.running and program.process is not None:
                self.say(program.name, "没有按时结束，强制结束")
                program.process.kill()
            if program.process is not None:
                program.process.wait()
        for key in list(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
