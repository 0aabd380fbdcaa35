"""The cases, in the order in which they are played."""

from cases.bulk import Bulk
from cases.keepalive import KeepAlive
from cases.short import Short

ALL = {case.name: case for case in (Short, KeepAlive, Bulk)}
