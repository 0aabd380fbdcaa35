"""The cases, in the order in which they are played."""

from benchmarks.load.cases.access import Access
from benchmarks.load.cases.bulk import Bulk
from benchmarks.load.cases.idle import Idle
from benchmarks.load.cases.idle1000 import Idle1000
from benchmarks.load.cases.keepalive import KeepAlive
from benchmarks.load.cases.latency import Latency
from benchmarks.load.cases.light import Light
from benchmarks.load.cases.memory import Memory
from benchmarks.load.cases.observability import Observability
from benchmarks.load.cases.scale import Scale
from benchmarks.load.cases.short import Short
from benchmarks.load.cases.silent import Silent
from benchmarks.load.cases.sni import Sni
from benchmarks.load.cases.start import Start

ALL = {case.name: case for case in (Short, KeepAlive, Bulk, Latency, Light, Idle, Idle1000, Memory, Start, Scale,
                                    Observability, Silent, Access, Sni)}
