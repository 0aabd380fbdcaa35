"""What the tools outside ``src`` share: ``lab``, ``conformance`` and ``benchmarks``. Python's standard library only.

``checks``     counts what a script has checked, and prints its closing line (``checks.bash`` is the same for Bash)
``commands``   runs commands; finds out what the machine lacks; one run at a time
``waiting``    waits until something holds
``ports``      free ports, and how an address is written
``processes``  ends a process; its processor time and memory
``proxy_header`` headers of the PROXY protocol, made and read
``versions``   what the programs under test say of themselves
``gateway``    ``vipgate run`` on a configuration of its own
``hosts``      hosts in namespaces on this machine, switches and cables (``host_init`` is a host's first process)

Every tool is a package below the project's root, and is started by ``testkit/python``, which puts the root on the path:
``testkit/python -m lab.play``. The executables (``lab/bin/up``, ``conformance/run``, ``benchmarks/memory``, ...) do that.
"""

import pathlib

#: The root of the project.
ROOT = pathlib.Path(__file__).resolve().parent.parent


class TestkitError(RuntimeError):
    """Something that a run needs is missing, or did not happen."""
