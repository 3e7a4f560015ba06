"""Fixtures of the clients' tests."""
import pytest
from postern_stack import with_keys
from relying_party import RelyingParty, ResourceServer


def maker(what):
    """make(stack): one that is ended after the test that fails or passes."""
    made = []

    def make(stack):
        made.append(what(stack))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def make_relying_party():
    yield from maker(RelyingParty)


@pytest.fixture
def make_resource_server():
    yield from maker(ResourceServer)


@pytest.fixture(scope="session", name="stack")
def fixture_stack(stack):
    return with_keys(stack)


@pytest.fixture(scope="session")
def tls_stack(make_stack):
    """One whose issuer is https, for clients that want nothing else."""
    return with_keys(make_stack("lighttpd", TLS="1"))


@pytest.fixture
def open_registration():
    """open_registration(stack): anybody may register, in this test."""
    opened = []

    def start(stack):
        opened.append(stack)
        stack.sql("UPDATE oauth.setting SET registration = 'open',"
                  " registration_address_limit = 100000")

    yield start
    for stack in opened:
        stack.sql("UPDATE oauth.setting SET registration = DEFAULT,"
                  " registration_address_limit = DEFAULT")
