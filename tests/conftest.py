"""What every test may ask for: see tests/lib/postern_stack.py."""
import os
import re
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))

from postern_stack import SERVERS, Cluster, Stack  # noqa: E402

# The servers of others are not meant, by libpq and requests; and whoever our
# programs run as must be able to read what a test makes.
for name in list(os.environ):
    if re.fullmatch("PG[A-Z]+|(?i:[a-z]+_proxy)", name):
        del os.environ[name]
os.umask(0o022)


def interrupt(*_):
    """Clean up, and let nobody disturb that."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


# SIGINT, too: a shell that starts us in the background turns it off.
signal.signal(signal.SIGTERM, interrupt)
signal.signal(signal.SIGINT, interrupt)


@pytest.fixture(scope="session")
def cluster():
    c = Cluster()
    yield c
    c.close()


@pytest.fixture(scope="session")
def make_stack(cluster):
    """make_stack(server, **env): started now, stopped at the end."""
    made = []

    def make(server="lighttpd", **env):
        made.append(Stack(cluster, server, **env))
        return made[-1]

    make.made = made
    yield make
    for stack in made:
        stack.close()


@pytest.fixture(scope="session")
def stack_of(make_stack):
    """stack_of(server): one for each web server, kept for the session."""
    kept = {}

    def get(server):
        if server not in kept:
            kept[server] = make_stack(server)
        return kept[server]

    return get


@pytest.fixture(scope="session")
def stack(stack_of):
    """The usual one: behind lighttpd, or what POSTERN_SERVER names."""
    return stack_of(os.environ.get("POSTERN_SERVER", "lighttpd"))


@pytest.fixture(params=SERVERS)
def each_stack(request, stack_of):
    """The same test behind every web server, and by plain CGI."""
    return stack_of(request.param)


@pytest.fixture
def setting(stack):
    """setting(name=value): of oauth.setting, until the test is over."""
    before = {}

    def put(values):
        for name, value in values.items():
            stack.sql(f"UPDATE oauth.setting SET {name} = %s", value)

    def make(**values):
        for name in set(values) - set(before):
            [[before[name]]] = stack.sql(f"SELECT {name} FROM oauth.setting")
        put(values)

    yield make
    put(before)
