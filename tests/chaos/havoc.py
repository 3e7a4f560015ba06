"""havoc - kills, at random moments that a seed gives."""
import asyncio
import os
import random
import signal
import subprocess
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psycopg2

from ledger import now
from processes import backends_of, kill, programs_of


# The busier a program, the more often: that is where something can be lost.
BUSY = {"token": 4, "authorize": 3, "resource": 2, "metadata": 1}


class Havoc:
    """So many of each, on average so many seconds apart."""

    def __init__(self, world, cluster, seed):
        self.world, self.cluster = world, cluster
        self.rng = random.Random(f"havoc {seed}")
        self.killed = Counter()

    def pause(self, mean):
        return asyncio.sleep(min(self.rng.expovariate(1 / mean), 4 * mean))

    async def kill_programs(self, count, mean):
        done = 0
        while done < count:
            await self.pause(mean)
            front = self.rng.randrange(len(self.world.fronts))
            stack = self.world.fronts[front]
            running = programs_of(stack)
            if not running:
                continue
            [victim] = self.rng.choices(
                running, [BUSY[p.program] for p in running])
            # Written down before: whoever is cut off may hear of it first.
            at = (now(), front, victim.program)
            self.world.ledger.kills.append(at)
            if kill(stack, victim):
                self.killed[victim.program] += 1
                done += 1
            else:
                self.world.ledger.kills.remove(at)

    async def kill_databases(self, count, mean):
        ways = [self.immediate, self.backend, self.postmaster]
        done = 0
        while done < count:
            await self.pause(mean)
            began = now()
            self.world.ledger.outages.append((began, float("inf")))
            way = ways[done % len(ways)]
            if await way():
                self.killed[way.__doc__] += 1
                done += 1
            await self.is_back()
            # The programs have to notice that, too.
            self.world.ledger.outages[-1] = (began, now() + 2)

    def postmaster_pid(self):
        return int((Path(self.cluster.home) / "pg" / "postmaster.pid")
                   .read_text().split()[0])

    async def immediate(self):
        """PostgreSQL, immediate (SIGQUIT)"""
        self.cluster.kill()
        return True

    async def postmaster(self):
        """PostgreSQL's first process (SIGKILL)"""
        os.kill(self.postmaster_pid(), signal.SIGKILL)
        return True

    async def backend(self):
        """a process of PostgreSQL's that serves a program (SIGKILL)"""
        victims = backends_of(self.cluster)
        if not victims:
            return False
        os.kill(self.rng.choice(victims), signal.SIGKILL)
        await asyncio.sleep(0.3)        # until the others are told
        return True

    async def is_back(self):
        """As an operator would: start it until it answers.  What is left of a
        killed one may hold it back for a moment."""
        loop = asyncio.get_running_loop()
        until = now() + 120
        while not await loop.run_in_executor(None, self.answers):
            if now() > until:
                raise TimeoutError(self.cluster.log_text()[-2000:])
            await self.pause(0.2)
            with suppress(RuntimeError, subprocess.TimeoutExpired):
                await loop.run_in_executor(None, self.cluster.start)

    def answers(self):
        try:
            self.world.stack.db().close()
            return True
        except psycopg2.OperationalError:
            return False
