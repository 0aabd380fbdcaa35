"""A stand-in for systemd, for one service: starts it, is notified by it, keeps descriptors for it, starts it again when it dies.

As systemd does (sd_notify(3), sd_pid_notify_with_fds(3), sd_listen_fds(3), systemd.service(5)): NOTIFY_SOCKET with messages
from the main process alone, FDSTORE (also the variable), FDSTOREREMOVE, FDNAME, FDPOLL, BARRIER, LISTEN_PID, LISTEN_FDS,
LISTEN_FDNAMES, ``FileDescriptorStoreMax=``, ``Restart=on-failure``, ``RestartSec=``. What is stored stays over a restart, and
is closed when the service stops or fails for good.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import os
import pathlib
import re
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence

from testkit.processes import kill_unless_ended

_FIRST = 3
#: Descriptors are moved out of the way of those that the service is to find, first.
_ASIDE = 1000
_CREDENTIALS = struct.Struct("iII")


class ServiceManager:
    """One unit, from its start to its stop."""

    def __init__(self, command: Sequence[str | os.PathLike[str]], store_max: int, restart_seconds: float = 0.1) -> None:
        self._command = [os.fspath(word) for word in command]
        self._store_max = store_max
        self._restart_seconds = restart_seconds
        self._directory = tempfile.TemporaryDirectory()
        self.log_file = pathlib.Path(self._directory.name) / "log"
        self.log_file.touch()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(os.path.join(self._directory.name, "notify"))
        #: Name and descriptor, in the order in which they came.
        self.store: list[tuple[str, int]] = []
        #: How often READY=1 was said.
        self.ready = 0
        #: How often the process was started.
        self.starts = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._polled: dict[int, int] = {}
        self._is_over = False
        self._lock = threading.RLock()
        self._start()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # ---- the process ----

    def _start(self, extra: Sequence[tuple[str, int]] = (), count: int | None = None) -> None:
        handed = [*self.store, *extra]
        environment = os.environ | {"NOTIFY_SOCKET": os.path.join(self._directory.name, "notify"),
                                    "FDSTORE": str(self._store_max),
                                    "LISTEN_FDS": str(len(handed) if count is None else count),
                                    "LISTEN_FDNAMES": ":".join(name for name, _ in handed)}
        if not handed and count is None:
            del environment["LISTEN_FDS"], environment["LISTEN_FDNAMES"]

        def place() -> None:
            aside = [fcntl.fcntl(fd, fcntl.F_DUPFD, _ASIDE) for _, fd in handed]
            for number, fd in enumerate(aside):
                os.dup2(fd, _FIRST + number)
                os.close(fd)

        # Only the process itself knows its number before it executes the program.
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(["/bin/sh", "-c", 'export LISTEN_PID=$$; exec "$0" "$@"', *self._command],
                                            env=environment, stderr=log, preexec_fn=place, close_fds=False)  # noqa: PLW1509
        self.starts += 1

    def _run(self) -> None:
        while not self._is_over:
            readable, _, _ = select.select([self._socket], [], [], 0.01)
            with self._lock:
                if readable:
                    self._receive()
                self._poll()
                if not self._is_over and self.process is not None and self.process.poll() not in (None, 0):
                    self._receive_all()
                    time.sleep(self._restart_seconds)
                    self._start()

    # ---- messages ----

    def _receive_all(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._receive()

    def _receive(self) -> None:
        data, ancillary, _, _ = self._socket.recvmsg(65536, socket.CMSG_SPACE(253 * 4) + socket.CMSG_SPACE(12),
                                                     socket.MSG_CMSG_CLOEXEC)
        sender, descriptors = 0, array.array("i")
        for level, kind, content in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(content[:len(content) - len(content) % descriptors.itemsize])
            elif (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                sender = _CREDENTIALS.unpack(content)[0]
        fields = dict(line.partition("=")[::2] for line in data.decode().splitlines())
        if self.process is not None and sender == self.process.pid:
            self._handle(fields, list(descriptors))
        else:
            _close(descriptors)

    def _handle(self, fields: dict[str, str], descriptors: list[int]) -> None:
        name = fields.get("FDNAME", "stored")
        if fields.get("READY") == "1":
            self.ready += 1
        if fields.get("FDSTOREREMOVE") == "1":
            _close(fd for stored, fd in self.store if stored == name)
            self.store = [(stored, fd) for stored, fd in self.store if stored != name]
        elif fields.get("FDSTORE") == "1" and re.fullmatch(r"[\x20-\x39\x3b-\x7e]{1,255}", name):
            for fd in descriptors:
                known = {os.fstat(stored).st_ino for _, stored in self.store}
                if len(self.store) < self._store_max and os.fstat(fd).st_ino not in known:
                    self.store.append((name, fd))
                    if fields.get("FDPOLL") != "0":
                        self._polled[fd] = os.fstat(fd).st_ino
                else:
                    os.close(fd)
        else:
            # BARRIER=1 among them: that these are closed is the answer.
            _close(descriptors)

    def _poll(self) -> None:
        """Drops what is stored and of no use, unless it was stored with FDPOLL=0."""
        poll = select.poll()
        for _, fd in self.store:
            if fd in self._polled:
                poll.register(fd, 0)
        for fd, _ in poll.poll(0):
            os.close(fd)
            self.store = [(name, stored) for name, stored in self.store if stored != fd]

    # ---- for tests ----

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def await_ready(self, times: int, within: float = 60) -> float:
        """Waits until READY=1 was said so often; returns how long that took."""
        began = time.monotonic()
        while self.ready < times:
            if time.monotonic() - began > within:
                raise RuntimeError(f"said READY=1 {self.ready} times, not {times}:\n{self.log()}")
            time.sleep(0.002)
        return time.monotonic() - began

    def kill(self, meanwhile: Sequence[tuple[str, int]] = (), count: int | None = None) -> float:
        """Kills the process, which is started again; returns when it was killed.

        :param meanwhile: names and descriptors that the next process is handed besides
        :param count: what it is told in LISTEN_FDS in place of the truth
        """
        with self._lock:
            assert self.process is not None
            self._receive_all()
            killed = time.monotonic()
            self.process.kill()
            self.process.wait()
            if meanwhile or count is not None:
                self._start(meanwhile, count)
        return killed

    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def signal(self, number: int) -> None:
        os.kill(self.pid(), number)

    def names(self) -> set[str]:
        """What is stored."""
        with self._lock:
            return {name for name, _ in self.store}

    def end(self, seconds: float = 30) -> int:
        """Stops the service by SIGTERM; returns the exit status."""
        assert self.process is not None
        self._is_over = True
        self._thread.join()
        self.process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + seconds
        # It may ask for something until it has ended.
        while self.process.poll() is None and time.monotonic() < deadline:
            select.select([self._socket], [], [], 0.01)
            self._receive_all()
        kill_unless_ended(self.process, 0)
        return self.process.returncode

    def close(self) -> None:
        """Ends the service, if it has not ended, and closes what is stored."""
        if self.process is not None and self.process.poll() is None:
            self.end()
        self._is_over = True
        self._thread.join()
        _close(fd for _, fd in self.store)
        self.store = []
        self._socket.close()
        self._directory.cleanup()


def _close(descriptors: object) -> None:
    for fd in descriptors:  # type: ignore[attr-defined]
        os.close(fd)
