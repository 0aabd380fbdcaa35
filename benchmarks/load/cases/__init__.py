"""The cases, in the order in which they are played."""

from cases.bulk import Bulk
from cases.keepalive import KeepAlive
from cases.latency import Latency
from cases.memory import Memory
from cases.scale import Scale
from cases.short import Short
from cases.start import Start
from cases.watched import Watched

ALL = {case.name: case for case in (Short, KeepAlive, Bulk, Latency, Memory, Start, Scale, Watched)}
