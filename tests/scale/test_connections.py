"""How the programs find the server that takes writes, and how soon: hosts that
say nothing, a primary that is none any more, a commit that has not reached the
standby."""
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from databases import Database, Programs, post_client

# 503 is owed after two seconds; the machine may be busy.
AT_ONCE = 3


@pytest.fixture
def home(database):
    return database


@pytest.fixture
def programs(home):
    """programs(conninfo): those of home's, by that."""
    made = []

    def make(conninfo):
        made.append(Programs(home, conninfo + " dbname=postern"))
        return made[-1]

    yield make
    for p in made:
        p.close()


@pytest.fixture
def silent():
    """The port of a host that takes connections and says nothing."""
    with closing(socket.socket()) as s:
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        yield s.getsockname()[1]


def timed(call):
    began = time.monotonic()
    return call(), time.monotonic() - began


@pytest.mark.parametrize("by_cgi", [False, True])
@pytest.mark.parametrize("attrs", ["any", "read-write", "prefer-standby"])
def test_a_silent_host_does_not_use_up_the_time(home, programs, silent, attrs,
                                                by_cgi):
    """The next one is asked, within the same request."""
    ours = programs(f"host=127.0.0.1,127.0.0.1,{home.socket}"
                    f" port={silent},1,5432 user=postgres"
                    f" target_session_attrs={attrs}")
    (status, got), seconds = timed(
        lambda: ours.token(post_client(home), by_cgi))
    assert (status, seconds < AT_ONCE) == (200, True), (got, seconds)


def test_nobody_there(programs, silent):
    """503 in time, and the log says it of each."""
    ours = programs(f"host=127.0.0.1,127.0.0.1,localhost"
                    f" port={silent},1,{silent}")
    (status, _), seconds = timed(lambda: ours.ask("metadata", "/health"))
    assert (status, seconds < AT_ONCE) == (503, True), seconds
    assert f"at \\\"127.0.0.1\\\", port {silent} failed: no answer" in ours.log()
    assert f"(127.0.0.1), port {silent} failed: no answer" in ours.log()
    assert "port 1 failed: Connection refused" in ours.log()


def test_no_lane_waits_for_another_one_to_connect(programs, silent):
    """Each has its time to connect in at once, and not after the others'."""
    ours = programs(f"host=127.0.0.1 port={silent}")
    p = ours.program("resource", POSTERN_READ_LANES="8")

    def ask(_):
        return timed(lambda: ours.me("pat0_" + "A" * 43))

    with ThreadPoolExecutor(32) as at_once:
        answers = list(at_once.map(ask, range(32)))
    assert {status for status, _ in answers} == {503}
    assert p.log().count("no connection to PostgreSQL") > 4
    assert max(seconds for _, seconds in answers) < 2.5


def test_a_list_that_does_not_fit_is_libpqs_to_refuse(programs):
    ours = programs("host=127.0.0.1,localhost,127.0.0.1 port=1,2")
    assert ours.ask("metadata", "/health")[0] == 503
    assert "could not match 2 port numbers to 3 hosts" in ours.log()


@pytest.mark.parametrize("hosts, tried", [
    # hostaddr is what is connected to, and host its name.
    ("host=one.test,two.test hostaddr=127.0.0.1,127.0.0.2 port=1,2",
     ["127.0.0.1 1", "127.0.0.2 2"]),
    ("host=one.test,two.test hostaddr=127.0.0.1,127.0.0.2 port=1",
     ["127.0.0.1 1", "127.0.0.2 1"]),
    ("hostaddr=127.0.0.1,127.0.0.3 port=1,1",
     ["127.0.0.1 1", "127.0.0.3 1"]),
    ("host=127.0.0.1,/nowhere port=1,", ["127.0.0.1 1", "/nowhere 5432"]),
    ("host=127.0.0.1,127.0.0.2 hostaddr=,127.0.0.3 port=1",
     ["127.0.0.1 1", "127.0.0.3 1"])])
def test_what_differs_by_host(programs, hosts, tried):
    ours = programs(hosts)
    assert ours.ask("metadata", "/health")[0] == 503
    found = re.findall(r'(?:at|socket) \\"([^"\\]*?)(?:\\"|/\.s)'
                       r'(?:, port |\.PGSQL\.)(\d+)', ours.log())
    assert sorted(" ".join(f) for f in found) == sorted(tried), ours.log()


@pytest.fixture
def other(home):
    """Another cluster, that takes over; the key is the same."""
    database = Database()
    yield database
    database.close()


def test_a_primary_that_is_none_any_more_is_left(home, other, programs):
    """25006: read_only_sql_transaction.  Nothing has run, the connection is
    dropped, and the server is looked for anew."""
    ours = programs(f"host={home.socket},{other.socket} port=5432"
                    " user=postgres target_session_attrs=read-write")
    here = post_client(home, client_id="moves")
    there = post_client(other, client_id="moves")
    assert ours.token(here)[0] == 200
    home.put("default_transaction_read_only", "on")
    statuses, end = [], time.monotonic() + 5
    while time.monotonic() < end and statuses[-1:] != [200]:
        # Its secret tells the two apart.
        statuses.append(ours.token(there)[0])
        time.sleep(0.05)
    home.put("default_transaction_read_only", None)
    assert statuses[-1] == 200, statuses
    assert 500 not in statuses and "read only here" in ours.log()


@pytest.mark.parametrize("level", [None, "error"])
def test_a_commit_that_may_be_lost_is_no_success(home, programs, level):
    """Whoever cancels a commit that waits for its standby makes PostgreSQL
    say that it is done, with a warning: the client must not be told so,
    whatever messages the operator has chosen to have."""
    home.put("client_min_messages", level)
    ours = programs(f"host={home.socket} port=5432 user=postgres")
    client, answers = post_client(home), []
    home.put("synchronous_standby_names", "nobody")
    asks = threading.Thread(target=lambda: answers.append(ours.token(client)))
    asks.start()
    for _ in range(80):
        if home.sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                    " WHERE wait_event = 'SyncRep'"):
            break
        time.sleep(0.05)
    asks.join()
    home.put("synchronous_standby_names", None)
    home.put("client_min_messages", None)
    assert answers[0][0] == 503, answers
    assert "it may have run" in ours.log()
    assert ours.token(client)[0] == 200
