"""Running commands, and what a run needs of the machine."""

from __future__ import annotations

import argparse
import fcntl
import os
import pathlib
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from testkit import ROOT, TestkitError
from testkit.waiting import holds_within


def argument_parser(command: str, description: str | None) -> argparse.ArgumentParser:
    """For the arguments of an executable, which is named as a user calls it: ``lab/checks/reload``."""
    return argparse.ArgumentParser(prog=command, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


def run(*words: object, **options: Any) -> str:
    """Runs a command that must succeed; returns what it printed."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise TestkitError(f"{' '.join(map(str, words))}: exit {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def first_line(*words: object, **options: Any) -> str:
    """The first line that a command prints; empty when it prints none."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, timeout=60, **options)
    return ((done.stdout or done.stderr).splitlines() or [""])[0].strip()


def search_system_directories() -> None:
    """Debian keeps nginx, ip and iptables where an ordinary user's PATH does not lead."""
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def missing(programs: Mapping[str, str], needs_jar: bool = True) -> list[str]:
    """What this machine lacks for a run as root, one line each. ``programs``: the Debian package of each program."""
    lacking = [f"{program} (package {package})" for program, package in programs.items() if not shutil.which(program)]
    if os.geteuid() != 0:
        lacking.insert(0, "root")
    if needs_jar and not (ROOT / "target" / "vipgate.jar").exists():
        lacking.append("target/vipgate.jar (mvn -DskipTests package, or ./vipgate demo once)")
    return lacking


def require_nothing_missing(who: str, lacking: list[str]) -> None:
    if lacking:
        raise SystemExit(f"{who} needs, and this machine lacks:\n" + "".join(f"  {line}\n" for line in lacking))


def lock(state: pathlib.Path, seconds: float = 0) -> object:
    """Makes sure that this is the only run with these files. The lock is released when the process ends."""
    file = open(f"/run/{str(state).strip('/').replace('/', '-')}.lock", "w")  # noqa: SIM115 - as long as the process

    def is_taken() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False

    if not holds_within(seconds, is_taken, 0.2):
        raise TestkitError("another run is under way; wait until it has ended")
    return file
