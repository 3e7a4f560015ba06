"""patroni_cluster - three PostgreSQL servers that take over from each other,
and the three etcds that they agree by: deploy/patroni, on free ports."""
import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2
import requests
import yaml
from postern_stack import ROOT, free_port, local

COUNT = 3


def merge(config, changes):
    for key, value in changes.items():
        if isinstance(value, dict):
            merge(config.setdefault(key, {}), value)
        else:
            config[key] = value
    return config


def environment(name):
    """The names and values of deploy/patroni/NAME.env."""
    lines = (ROOT / "deploy" / "patroni" / f"{name}.env").read_text().split(
        "\n")
    return dict(line.split("=", 1) for line in lines
                if line and line[0] != "#")


def children(pid):
    done = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True,
                          text=True, check=False)
    return [int(p) for p in done.stdout.split()]


class Process:
    """One that can be killed and started again, as an unprivileged user."""

    def __init__(self, cluster, name, command, env):
        self.cluster, self.name, self.command = cluster, name, command
        self.env = {"PATH": os.environ["PATH"], "HOME": cluster.home,
                    "LC_ALL": "C.UTF-8", **env}
        self.log = f"{cluster.home}/{name}.log"
        self.process = None

    def start(self):
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [*self.cluster.as_owner, *self.command], env=self.env,
                stdout=log, stderr=log, cwd="/", start_new_session=True)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log_text(self):
        return Path(self.log).read_text(errors="replace")


class Node:
    """A PostgreSQL and its Patroni."""

    def __init__(self, cluster, number):
        self.cluster, self.name = cluster, f"node{number}"
        self.data = Path(cluster.home) / self.name
        self.port, self.rest = free_port(), free_port()
        self.patroni = Process(
            cluster, f"patroni{number}", ["patroni", cluster.config],
            {**environment("node"), **cluster.secrets,
             "PATRONI_NAME": self.name,
             "PATRONI_RESTAPI_LISTEN": f"127.0.0.1:{self.rest}",
             "PATRONI_RESTAPI_CONNECT_ADDRESS": f"127.0.0.1:{self.rest}",
             "PATRONI_POSTGRESQL_LISTEN": f"127.0.0.1:{self.port}",
             "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"127.0.0.1:{self.port}",
             "PATRONI_POSTGRESQL_DATA_DIR": str(self.data),
             "PATRONI_POSTGRESQL_PGPASS": f"{cluster.home}/pgpass{number}",
             "PATRONI_ETCD3_HOSTS": ",".join(
                 f"'127.0.0.1:{e.client}'" for e in cluster.etcds)})

    def postmaster(self):
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return None

    def kill_postgres(self):
        """All of it, as when the machine goes; the data directory stays."""
        pid = self.postmaster()
        if pid:
            victims = [pid, *children(pid)]
            for victim in victims:
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def kill(self):
        self.patroni.kill()
        self.kill_postgres()

    def start(self):
        self.patroni.start()


class Etcd(Process):
    def __init__(self, cluster, number):
        self.number = number
        self.client, self.peer = free_port(), free_port()
        super().__init__(cluster, f"etcd{number}", ["etcd"], {})

    def configure(self, everybody):
        at, peer = (f"http://127.0.0.1:{p}" for p in (self.client, self.peer))
        self.env.update(environment("etcd"), **{
            "ETCD_NAME": f"node{self.number}",
            "ETCD_DATA_DIR": f"{self.cluster.home}/etcd{self.number}",
            "ETCD_LISTEN_CLIENT_URLS": at,
            "ETCD_ADVERTISE_CLIENT_URLS": at,
            "ETCD_LISTEN_PEER_URLS": peer,
            "ETCD_INITIAL_ADVERTISE_PEER_URLS": peer,
            "ETCD_INITIAL_CLUSTER": ",".join(
                f"node{e.number}=http://127.0.0.1:{e.peer}"
                for e in everybody)})

    def leads(self):
        try:
            got = requests.post(
                f"http://127.0.0.1:{self.client}/v3/maintenance/status",
                data="{}", timeout=3).json()
        except requests.RequestException:
            return False
        return got.get("leader") == got["header"]["member_id"]


class PatroniCluster:
    """.home, .conninfo(), .primary(), .nodes and .etcds.

    changes: of deploy/patroni/patroni.yml.
    """

    def __init__(self, changes):
        self.home = tempfile.mkdtemp(prefix="postern-test.", dir="/tmp")
        self.config = self.home + "/patroni.yml"
        text = (ROOT / "deploy" / "patroni" / "patroni.yml").read_text()
        Path(self.config).write_text(yaml.safe_dump(merge(
            yaml.safe_load(text.replace("\t", " ")), changes)))
        owner = "postgres" if os.getuid() == 0 else getpass.getuser()
        self.as_owner = [] if os.getuid() else [
            "setpriv", f"--reuid={owner}", f"--regid={owner}",
            "--init-groups", "--"]
        os.chown(self.home, pwd.getpwnam(owner).pw_uid, -1)
        self.secrets = {f"PATRONI_{who}_PASSWORD": os.urandom(16).hex()
                        for who in ("SUPERUSER", "REPLICATION", "REWIND")}
        self.etcds = [Etcd(self, n + 1) for n in range(COUNT)]
        for etcd in self.etcds:
            etcd.configure(self.etcds)
        self.nodes = [Node(self, n + 1) for n in range(COUNT)]
        self.programs_password = os.urandom(16).hex()
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self):
        for process in (*self.etcds, *(n.patroni for n in self.nodes)):
            process.start()
        self.wait_until_whole()
        # Not by "with", which would begin a transaction.
        db = self.connect("postgres")
        db.cursor().execute("CREATE DATABASE postern")
        db.close()
        self.wait_until_there("postern")
        local("schema", {"STATE": self.home, "DATABASE": "postern",
                         "ADMIN_CONNINFO": self.admin()})
        with self.connect("postern") as db, db.cursor() as c:
            for program in ("authorize", "token", "resource", "metadata"):
                c.execute(f"ALTER ROLE postern_{program} PASSWORD %s",
                          (self.programs_password,))

    # -- who is who

    def hosts(self):
        return ("host=" + ",".join(["127.0.0.1"] * COUNT) + " port="
                + ",".join(str(n.port) for n in self.nodes)
                + " target_session_attrs=read-write")

    def admin(self):
        return (f"{self.hosts()} user=postgres connect_timeout=3"
                f" password={self.secrets['PATRONI_SUPERUSER_PASSWORD']}")

    def conninfo(self):
        return f"{self.hosts()} password={self.programs_password}"

    def connect(self, database):
        db = psycopg2.connect(self.admin() + f" dbname={database}")
        db.autocommit = True
        return db

    def view(self):
        """What Patroni says of its members, by name."""
        for node in self.nodes:
            try:
                got = requests.get(f"http://127.0.0.1:{node.rest}/cluster",
                                   timeout=3).json()
                return {m["name"]: m for m in got["members"]}
            except (requests.RequestException, ValueError, KeyError):
                continue
        return {}

    def primary(self):
        """The node that leads, or None."""
        view = self.view()
        for node in self.nodes:
            if view.get(node.name, {}).get("role") == "leader":
                return node
        return None

    def is_whole(self):
        """All three run, on one timeline, and the primary has a standby."""
        view = self.view()
        return len(view) == COUNT \
            and all(m["state"] in ("running", "streaming")
                    for m in view.values()) \
            and len({m.get("timeline") for m in view.values()}) == 1 \
            and sorted(m["role"] for m in view.values()) == [
                "leader", "replica", "sync_standby"]

    def wait_until_whole(self, seconds=90):
        began = time.monotonic()
        while not self.is_whole():
            if time.monotonic() > began + seconds:
                raise AssertionError(f"{self.view()}\n{self.logs()}")
            time.sleep(0.2)
        return time.monotonic() - began

    def wait_until_there(self, database, seconds=30):
        """On each node: libpq, asked for a primary, takes a standby's word
        that there is no such database for an answer."""
        end = time.monotonic() + seconds
        for node in self.nodes:
            while True:
                try:
                    psycopg2.connect(
                        host="127.0.0.1", port=node.port, dbname=database,
                        user="postgres", connect_timeout=3,
                        password=self.secrets["PATRONI_SUPERUSER_PASSWORD"]
                    ).close()
                    break
                except psycopg2.OperationalError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.1)

    def logs(self, last=3000):
        return "\n".join(
            f"== {log.name}\n{log.read_text(errors='replace')[-last:]}"
            for log in sorted(Path(self.home).glob("*.log")))

    def close(self):
        for node in self.nodes:
            if node.patroni.process:
                node.kill()
        for etcd in self.etcds:
            if etcd.process:
                etcd.kill()
        shutil.rmtree(self.home, ignore_errors=True)
