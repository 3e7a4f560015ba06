"""machines - several of them on this one: each a network namespace and a mount
namespace, all on one switch, which is a bridge in a namespace of its own.

Nothing of this machine's network is touched, and the names hold our process
number, so that any number of runs may go on at once.  Each machine has its own
file system at the same path: what one writes there no other can see.
"""
import ctypes
import os
import subprocess
import tempfile
import time
from contextlib import contextmanager

import pytest

CLONE_NEWNET = 0x40000000       # setns(2)
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*args):
    done = subprocess.run(["ip", *args], text=True, capture_output=True,
                          timeout=30, check=False)
    if done.returncode:
        raise OSError(f"ip {' '.join(args)}: {done.stderr.strip()}")
    return done.stdout


class Machine:
    """One of them: .address, .run(command...), .path(name) seen from here."""

    def __init__(self, lan, name, number):
        self.lan, self.name = lan, name
        self.netns = f"{lan.prefix}-{name}"
        self.address = f"{lan.net}.{number}"
        self.port = f"{lan.prefix}-{number}"      # its side of the switch
        lan.add_namespace(self.netns)
        ip("link", "add", "eth0", "netns", self.netns, "type", "veth",
           "peer", "name", self.port, "netns", lan.switch)
        ip("-n", self.netns, "link", "set", "lo", "up")
        ip("-n", self.netns, "link", "set", "eth0", "up")
        ip("-n", self.netns, "address", "add", f"{self.address}/24",
           "dev", "eth0")
        ip("-n", lan.switch, "link", "set", self.port, "master", "lan", "up")
        # Holds the mount namespace; everything else joins it.
        self.holder = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{self.netns}",
             "unshare", "--mount", "--propagation", "private", "sh", "-c",
             f"mount -t tmpfs -o mode=755 {self.netns} {lan.home} && "
             "echo ready && exec sleep infinity"],
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.holder.stdout.readline() == "ready\n"

    def enter(self, *command):
        return ["nsenter", "--target", str(self.holder.pid), "--net",
                "--mount", "--", *map(str, command)]

    def run(self, *command, **kw):
        kw.setdefault("timeout", 120)
        done = subprocess.run(self.enter(*command), text=True, check=False,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, **kw)
        assert done.returncode == 0, f"{command} on {self.name}:" + done.stdout
        return done.stdout

    def path(self, inside):
        """A file of the machine's, as everybody here can reach it."""
        return f"/proc/{self.holder.pid}/root{inside}"

    def put(self, inside, content, owner=None, mode=0o600):
        with open(self.path(inside), "w", encoding="utf-8",
                  opener=lambda p, f: os.open(p, f, mode)) as f:
            f.write(content)
        if owner:
            self.run("chown", f"{owner}:", inside)

    def unplug(self):
        """The network cable: whoever talks to it hears nothing any more."""
        ip("-n", self.lan.switch, "link", "set", self.port, "down")

    def plug_in(self):
        ip("-n", self.lan.switch, "link", "set", self.port, "up")

    @contextmanager
    def inside(self):
        """This thread is on the machine's network, and what it starts."""
        with open("/proc/thread-self/ns/net", "rb") as home, \
                open(f"/run/netns/{self.netns}", "rb") as there:
            join(there)
            try:
                yield self
            finally:
                join(home)

    def close(self):
        self.holder.kill()
        self.holder.wait()
        self.holder.stdout.close()


def join(namespace):
    if _libc.setns(namespace.fileno(), CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Lan:
    """A switch, and the machines on it.  10.77.0.0/24, seen by nobody else."""

    made = 0

    def __init__(self, net="10.77.0"):
        Lan.made += 1
        self.net = net
        # An interface's name has 15 characters at most.
        self.prefix = f"p{os.getpid()}{chr(96 + Lan.made)}"
        self.switch = f"{self.prefix}-switch"
        self.namespaces, self.machines = [], []
        self.home = tempfile.mkdtemp(prefix="postern-lan.", dir="/tmp")
        try:
            self.add_namespace(self.switch)
            ip("-n", self.switch, "link", "add", "lan", "type", "bridge")
            ip("-n", self.switch, "link", "set", "lan", "up")
        except OSError:
            self.close()
            raise

    def add_namespace(self, name):
        ip("netns", "add", name)
        self.namespaces.append(name)

    def machine(self, name):
        self.machines.append(Machine(self, name, len(self.machines) + 2))
        return self.machines[-1]

    def close(self):
        for m in self.machines:
            m.close()
        for name in reversed(self.namespaces):
            # What was in it may take a moment to go.
            for _ in range(20):
                try:
                    ip("netns", "delete", name)
                    break
                except OSError:
                    time.sleep(0.1)
        os.rmdir(self.home)


def lan_or_skip():
    """-> a Lan, or the test is skipped where none may be made."""
    try:
        return Lan()
    except OSError as e:
        return pytest.skip(f"no network namespaces here: {e}")
