"""One database behind three front ends, for all that is done to them; and one
summary of what came of it."""
import os
import random
from pathlib import Path

import pytest

from postern_stack import with_keys
from town import World

SAID = {}


@pytest.fixture(scope="session")
def fronts(make_stack, cluster):
    """lighttpd, nginx, and plain CGI; the first is the issuer."""
    first = make_stack("lighttpd", PROCESSES="2")
    made = [first, *(make_stack(
        server, DATABASE=first.database, PROCESSES="2",
        KEY=str(Path(first.state) / "key"))
        for server in ("nginx", "lighttpd-cgi"))]
    # Each has set its own address.  And nothing expires meanwhile.
    first.sql("UPDATE oauth.setting SET issuer = %s,"
              " access_token_lifetime = '1 day'", first.url)
    yield [with_keys(f) for f in made]
    cluster.start()


@pytest.fixture(scope="session")
def world(fronts):
    """Who asks, at the two that are no CGI.  CHAOS_SEED: the same choices and
    moments once more, as far as that can be."""
    return World(fronts[:2], os.environ.get(
        "CHAOS_SEED", str(random.randrange(10 ** 9))))


@pytest.fixture(scope="session")
def tell():
    """tell(heading, text): a paragraph of the summary."""
    def put(heading, text):
        SAID.setdefault(heading, []).append(text)
    return put


def pytest_terminal_summary(terminalreporter):
    """After the tests, and into the file that CHAOS_SUMMARY names."""
    lines = []
    for heading, texts in SAID.items():
        lines += [heading, "-" * len(heading), *texts, ""]
    for line in lines:
        terminalreporter.write_line(line)
    if os.environ.get("CHAOS_SUMMARY"):
        Path(os.environ["CHAOS_SUMMARY"]).write_text("\n".join(lines))
