"""What the tests of faults share."""
import pytest
from case import LONG, ONLY, PART, PARTS
from postern_stack import BUILD, Stack
from world import World, may_be_anyone


def pytest_configure(config):
    config.addinivalue_line("markers", "long: in the long form alone")


# What is left of these is for each run to do.
SHARED = ["test_statements.py", "test_allocations.py"]


def pytest_collection_modifyitems(items):
    """Of the flows a part; each of the other files in one."""
    def is_mine(item):
        if item.get_closest_marker("long") and not LONG:
            return False
        flow = getattr(item, "callspec", None)
        flow = flow and flow.params.get("flow")
        if ONLY:
            return bool(flow) and flow.name == ONLY.split("/", 1)[0]
        if flow:
            return flow.number % PARTS == PART
        return item.path.name in SHARED or \
            sum(item.path.name.encode()) % PARTS == PART

    items[:] = [i for i in items if is_mine(i)]


# A sanitizer has an allocator of its own, which is not to be preloaded over.
collect_ignore = ["test_allocations.py"] * (BUILD.name in ("asan", "tsan"))


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
