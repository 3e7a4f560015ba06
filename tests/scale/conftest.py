"""One cluster for all that need no cluster of their own."""
import os
from pathlib import Path

import pytest

from databases import Database
from postern_stack import Cluster

PROGRAMS = "authorize", "token", "resource", "metadata"


def pytest_configure(config):
    config.addinivalue_line("markers", "long_form: in SCALE=long alone")


def pytest_collection_modifyitems(config, items):
    """What is for the long form is not there in the short one."""
    if os.environ.get("SCALE") == "long":
        return
    config.hook.pytest_deselected(items=[
        i for i in items if i.get_closest_marker("long_form")])
    items[:] = [i for i in items if not i.get_closest_marker("long_form")]


@pytest.fixture(scope="session")
def database():
    """The programs' roles come with a .password, a standby as we do."""
    d = Database(Cluster("fsync = off"))
    d.password = os.urandom(16).hex()
    for program in PROGRAMS:
        d.sql(f"ALTER ROLE postern_{program} PASSWORD %s", d.password)
    d.sql("SELECT oauth.define_scope('profile', 'See your name', true),"
          " oauth.define_scope('email', 'See your email', false)")
    hba = Path(d.cluster.home) / "pg" / "pg_hba.conf"
    hba.write_text("local postern postern_authorize,postern_token,"
                   "postern_resource,postern_metadata scram-sha-256\n"
                   "local replication all peer map=postern\n"
                   + hba.read_text())
    d.sql("SELECT pg_reload_conf()")
    yield d
    d.close()


@pytest.fixture(scope="session")
def cluster(database):
    """For make_stack()."""
    return database.cluster
