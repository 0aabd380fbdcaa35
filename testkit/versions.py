"""What the programs under test say of themselves."""

from __future__ import annotations

import os
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
