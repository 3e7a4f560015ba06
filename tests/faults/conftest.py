"""What the tests of faults share."""
import pytest
from case import ONLY, PART, PARTS
from postern_stack import Cluster, Stack
from world import World, may_be_anyone


def pytest_collection_modifyitems(items):
    """Of the flows a part; all else in the first one."""
    def is_mine(item):
        flow = getattr(item, "callspec", None)
        flow = flow and flow.params.get("flow")
        if not flow:
            return PART == 0 and not ONLY
        if ONLY:
            return flow.name == ONLY.split("/", 1)[0]
        return flow.number % PARTS == PART

    items[:] = [i for i in items if is_mine(i)]


@pytest.fixture(scope="session")
def open_cluster(cluster):
    """One where whoever runs the tests may be any of the programs."""
    may_be_anyone(cluster)
    return cluster


@pytest.fixture(scope="session")
def world(open_cluster, make_stack):
    """One process of each program, so that it is known whom a fault meets."""
    w = World(make_stack("lighttpd", PROCESSES="1"))
    yield w
    w.close()
