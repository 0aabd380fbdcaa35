"""Reloads under load: 100 in 100 s, each verified effective, under 200 new connections a second and 200 long streams.

No connection may fail; no stream may be reset, moved to another endpoint, or get a wrong byte. On loopback, without root.
Needs the jar (target/vipgate.jar) and Python 3.11.
"""

import asyncio
import sys
import time

from lab.checks.loopback import Endpoint, LongStream, Results, ask, ask_continuously
from testkit import commands
from testkit.checks import check, summary
from testkit.gateway import Gateway
from testkit.ports import free_port

PER_SECOND = 200
STREAMS = 200


class Reloads:
    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.ports = free_port(), free_port(), free_port()
        self.probes = 0
        self.one, self.two = Endpoint("1"), Endpoint("2")
        self.gateway = Gateway(self.config())
        self.load = Results()
        self.ineffective: list[str] = []

    def config(self, weight: int = 1, has_one: bool = True, has_extra: bool = False, probe: str = "{ type: tcp }",
               more: str = "") -> str:
        one = f'one: {{ address: "127.0.0.1:{self.one.port}", weight: {weight} }}, ' if has_one else ""
        extra = f'  extra: {{ bind: "127.0.0.1:{self.ports[1]}", pool: p }}\n' if has_extra else ""
        return (f'listeners:\n  web: {{ bind: "127.0.0.1:{self.ports[0]}", pool: p }}\n{extra}'
                f'pools:\n  p:\n    probe: {probe}\n    endpoints: {{ {one}two: "127.0.0.1:{self.two.port}" }}\n{more}')

    def steps(self) -> list[tuple[str, str, object]]:
        """What a reload changes, the configuration, and how its effect shows."""
        # To a port that only counts. An endpoint that went down and up again each time would soon be damped.
        # (A tcp probe could not be counted: it resets the connection before the endpoint can accept it.)
        elsewhere = f'{{ type: send-expect, expect: "p", port: {self.ports[2]}, interval: 20ms, fastInterval: 20ms }}'
        pinned = "    pinning: { by: source-address }\n"
        return [
            ("weight 0", self.config(weight=0), lambda: self.answered("2")),
            ("weight 1", self.config(), lambda: self.answered("1", "2")),
            ("endpoint out", self.config(has_one=False), lambda: self.answered("2")),
            ("endpoint in", self.config(), lambda: self.answered("1", "2")),
            ("listener in", self.config(has_extra=True), lambda: self.is_open(True)),
            ("listener out", self.config(), lambda: self.is_open(False)),
            ("probes elsewhere", self.config(probe=elsewhere), lambda: self.is_probed(True)),
            ("probes back", self.config(), lambda: self.is_probed(False)),
            ("pinning", self.config(more=pinned), lambda: self.answered(None)),
            ("no pinning", self.config(), lambda: self.answered("1", "2")),
        ]

    async def answered(self, *letters: str | None) -> bool:
        """Whether 24 connections are answered by exactly these endpoints; None: by one of them, all of them."""
        seen = {await ask(self.ports[0], self.load) for _ in range(24)}
        return seen == set(letters) or (letters == (None,) and len(seen) == 1)

    async def is_probed(self, expected: bool) -> bool:
        """Whether probes come to the port that counts them."""
        await asyncio.sleep(0.1)
        before = self.probes
        await asyncio.sleep(0.3)
        return (self.probes > before) == expected

    async def count_probe(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.probes += 1
        writer.write(b"p")
        writer.close()

    async def is_open(self, expected: bool) -> bool:
        results = Results()
        await ask(self.ports[1], results)
        return bool(results.answers) == expected

    async def run(self) -> None:
        is_over = asyncio.Event()
        counter = await asyncio.start_server(self.count_probe, "127.0.0.1", self.ports[2])
        streams = [LongStream(self.ports[0], seed) for seed in range(STREAMS)]
        tasks = [asyncio.create_task(stream.run(is_over)) for stream in streams]
        tasks.append(asyncio.create_task(ask_continuously(self.ports[0], PER_SECOND, self.load, is_over)))
        await asyncio.sleep(1)
        started = time.monotonic()
        steps = self.steps()
        for number in range(self.rounds):
            what, config, shows = steps[number % len(steps)]
            await asyncio.to_thread(self.gateway.reload, config)
            if not await shows():
                self.ineffective.append(f"{number}: {what}")
            await asyncio.sleep(max(0.0, started + number + 1 - time.monotonic()))
        took = time.monotonic() - started
        is_over.set()
        await asyncio.gather(*tasks)
        counter.close()
        problems = [stream.problem for stream in streams if stream.problem]
        moved = sum(stream.bytes for stream in streams)
        print(f"   {self.rounds} reloads in {took:.0f} s, {self.load.total} connections "
              f"({dict(self.load.answers)}), {STREAMS} streams with {moved >> 20} MiB each way")
        check(f"every reload took effect {self.ineffective[:3]}", not self.ineffective)
        check(f"no connection failed ({len(self.load.failures)} of {self.load.total})", not self.load.failures)
        check(f"no stream was cut or altered {problems[:3]}", not problems)
        check("the load was what it should be", self.load.total >= 0.9 * PER_SECOND * self.rounds and moved > 0)
        check("no ERROR in the log", " ERROR " not in self.gateway.log())

    def close(self) -> None:
        self.gateway.close()
        self.one.close()
        self.two.close()


def main() -> int:
    parser = commands.argument_parser("lab/checks/reload", __doc__)
    parser.add_argument("--rounds", type=int, default=100, help="reloads, one a second (default: 100)")
    reloads = Reloads(parser.parse_args().rounds)
    try:
        asyncio.run(reloads.run())
    finally:
        reloads.close()
    return summary()


if __name__ == "__main__":
    sys.exit(main())
