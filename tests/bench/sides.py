"""sides - what is measured: Postern as it is deployed, for one.

A side has .url, .roots() (the processes that each group of its CPU time begins
with), .program_pids(), .sessions() and .written().
"""
import os
import socket
import time
from pathlib import Path

import psycopg2
from machine import processes, trees
from postern_stack import Stack

PROCESSES = int(os.environ.get("BENCH_PROCESSES", "1"))   # of each program
PROGRAMS = ("authorize", "token", "resource", "metadata")


class Database:
    """The cluster that all sides share, as its owner sees it."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.conn = self.connect("postgres")

    def connect(self, name):
        conn = psycopg2.connect(host=f"{self.cluster.home}/pgrun",
                                dbname=name, user="postgres")
        conn.autocommit = True
        return conn

    def rows(self, query, *args):
        with self.conn.cursor() as c:
            c.execute(query, args or None)
            return c.fetchall() if c.description else []

    def create(self, name):
        """A database of its own for a side that is not Postern: the role is
        one that the cluster lets the web server's user have."""
        self.rows(f"CREATE DATABASE {name} OWNER postern_token")
        conn = self.connect(name)
        with conn.cursor() as c:
            c.execute("ALTER SCHEMA public OWNER TO postern_token")
        return conn

    def pid(self):
        text = (Path(self.cluster.home) / "pg/postmaster.pid").read_text()
        return int(text.split()[0])

    def written(self):
        """Transactions that wrote, and bytes of WAL, so far: exact, and of
        now, which the statistics are not."""
        [[xid, wal]] = self.rows(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
            " pg_current_wal_insert_lsn() - '0/0'")
        return xid, float(wal)

    def sessions(self, name):
        """-> {role: sessions} of a database, our own left out."""
        return dict(self.rows(
            "SELECT usename, count(*) FROM pg_stat_activity WHERE datname = %s"
            " AND usename <> 'postgres' GROUP BY 1", name))

    def settle(self):
        """So that no checkpoint falls into what follows."""
        self.rows("CHECKPOINT")


class Postern:
    """A Stack; also .stack."""

    # What is emptied, so that each scenario begins with the same.
    RINGS = ("access_token", "refresh_token", "authorization_code",
             "authorization_grant", "session")

    def __init__(self, database, server="lighttpd", **env):
        self.database = database
        self.stack = Stack(database.cluster, server, **{
            "PROCESSES": str(PROCESSES), **env})
        self.url = self.stack.url
        self.log = Path(self.stack.state) / "log"

    def pid_of(self, name):
        text = (Path(self.stack.state) / "run" / f"{name}.pid").read_text()
        return int(text.split()[0])

    def roots(self):
        pools = [] if self.stack.server.endswith("-cgi") else PROGRAMS
        return {"web server": [self.pid_of("web")],
                "programs": [self.pid_of(p) for p in pools],
                "PostgreSQL": [self.database.pid()]}

    def program_pids(self):
        """Of the programs themselves: what keeps them running is systemd's
        or spawn-fcgi's."""
        home = self.stack.state + "/bin/"
        return [pid for pid in trees(processes(), self.roots()["programs"])
                if exe_of(pid).startswith(home)]

    def supervisor_pids(self):
        return sorted(set(trees(processes(), self.roots()["programs"]))
                      - set(self.program_pids()))

    def sessions(self):
        return self.database.sessions(self.stack.database)

    def written(self):
        return self.database.written()

    def empty(self):
        """No token, no grant."""
        self.stack.sql("TRUNCATE " + ", ".join(
            f"oauth.{table}" for table in self.RINGS))

    def forget_log(self):
        """What it took to prepare a scenario is none of its."""
        for path in self.log.glob("*"):
            os.truncate(path, 0)

    def close(self):
        self.forget_log()   # the harness keeps what is left of it
        self.stack.close()


def exe_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def is_listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what, seconds=60):
    """Until what() is true."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise RuntimeError("bench: a server does not start")
        time.sleep(0.05)
