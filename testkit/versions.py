"""What the programs under test say of themselves, and what machine this is."""

from __future__ import annotations

import os
import pathlib
import platform
import subprocess

from testkit import ROOT
from testkit.commands import first_line


def vipgate(launcher: object = ROOT / "vipgate") -> str:
    return first_line(launcher, "--version", env=os.environ | {"VIPGATE_JAVA_OPTS": ""})


def haproxy(program: str = "haproxy") -> str:
    return first_line(program, "-v").split(" - ")[0]


def nginx() -> str:
    return first_line("nginx", "-v").removeprefix("nginx version: ")


def commit() -> str:
    """The commit of this checkout, short; empty where there is none."""
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return "" if done.returncode else done.stdout.strip()


def processors() -> str:
    """How many, and what they say they are."""
    model = next((line.partition(":")[2].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}"


def machine() -> str:
    """Processors and kernel."""
    return f"{processors()}, Linux {platform.release()}"
