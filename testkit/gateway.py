"""The gateway under test."""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from testkit import ROOT
from testkit.processes import stop


class Gateway:
    """``vipgate run`` on a configuration of its own."""

    def __init__(self, config: str) -> None:
        self._directory = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self._directory.name) / "gateway.yaml"
        self.file.write_text(config)
        self.log_file = self.file.with_suffix(".log")
        self.process = subprocess.Popen([ROOT / "vipgate", "run", "-c", self.file],
                                        stderr=open(self.log_file, "w"))  # noqa: SIM115 - as long as the process
        try:
            self.await_log("vipgate .* serves", 120)
        except BaseException:
            self.close()
            raise

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def await_log(self, pattern: str, within: float, times: int = 1) -> float:
        """Waits until so many lines match; returns how long that took."""
        started = time.monotonic()
        while len(re.findall(pattern, self.log())) < times:
            if time.monotonic() - started > within or self.process.poll() is not None:
                raise RuntimeError(f"no line like '{pattern}' in the log:\n{self.log()}")
            time.sleep(0.005)
        return time.monotonic() - started

    def reload(self, config: str) -> None:
        """Replaces the file and has it read; returns when the gateway has applied it."""
        before = len(re.findall("reloaded ", self.log()))
        beside = self.file.with_suffix(".new")
        beside.write_text(config)
        os.replace(beside, self.file)
        self.process.send_signal(signal.SIGHUP)
        self.await_log("reloaded ", 10, before + 1)

    def close(self) -> None:
        """Ends it; harmless when it has ended already."""
        stop(self.process, 60)
        self._directory.cleanup()
