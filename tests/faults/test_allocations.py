"""Every allocation of every request fails once, by plain CGI: a process each.

The program ends cleanly with a 503, or with the right answer, or it aborts (see
src/base/arena.h) and has answered nothing.  After that the same request is fine.
What a program does before it looks at its request, most of it OpenSSL's, is the
same for all and tried with one.  Short: some of each flow, by FAULTS_SEED.
FAULTS_LONG=1: each by a fork, and those that do not abort at once, and every
FAULTS_STRIDEth, by a process of its own.  FAULTS_ONLY=flow/n repeats one.
"""
import os
import random
import signal

import cgi
import fcgi
import pytest
from case import ENOUGH, LONG, ONLY, SEED, repeat
from control import Control
from flow import is_good, send
from flows import FLOWS
from postern_stack import BUILD, ROOT
from promises import broken, said, told, unfit, violated

# What gcov allocates at exit() it does not look at.
pytestmark = pytest.mark.skipif(BUILD.name == "coverage",
                                reason="gcov itself fails")

MANY = 1 << 40
STRIDE = int(os.environ.get("FAULTS_STRIDE", "50"))
SHORT = 2       # of each flow
AT_ONCE = 500


@pytest.fixture(scope="module")
def control(tmp_path_factory):
    return Control("allocations.so", tmp_path_factory.mktemp("faults") / "a")


@pytest.fixture(scope="module")
def start(world, control):
    """What a request costs that nobody serves."""
    control.fail(MANY)
    cgi.run(world.stack, world.request("GET", "/nothing"), **control.env)
    return MANY - control.count()


def try_some(w, flow, control, first, end):
    """-> those that do not abort at once, and how many there were."""
    request = flow.prepare(w)
    control.try_each(first, end)
    r = cgi.parse(cgi.run(w.stack, request, **control.env).stdout)
    assert is_good(flow, r), said(r)
    assert not list(broken(w, flow, request, r))
    count, unsure = control.tried()
    return unsure, count


def try_each(w, flow, control, first):
    """As above, of all: in several runs, for a fork takes a millisecond or
    more, and a program has its deadlines."""
    unsure, count, end = set(), first, first
    while end <= count:
        some, count = try_some(w, flow, control, end, end + AT_ONCE)
        unsure.update(some)
        end += AT_ONCE
    print(f"{flow.name}: {count - first + 1} tried, {len(unsure)} of them"
          " not by a fork alone")
    return unsure, count


def numbers(w, flow, control, start):
    """Which of its allocations are to fail in a process of its own."""
    if ONLY:
        return [int(ONLY.split("/")[1])]
    first = 1 if flow.name == "health" else start - 10
    if LONG:
        unsure, count = try_each(w, flow, control, first)
        return sorted({*unsure, *range(first, count + 1, STRIDE)})
    count = count_of(w, flow, control)
    dice = random.Random(f"{SEED} {flow.name}")
    return sorted(dice.sample(range(first, count + 1), SHORT))


# What glibc 2.36 itself follows a null pointer after: there is no answer, and no
# more of a process than after an abort.
NOT_OURS = ["__libc_allocate_once_slow < __nss_database_get"]


def judge(w, flow, request, done, where):
    """-> was it answered as if nothing had happened?"""
    r = cgi.parse(done.stdout)
    if done.returncode == -signal.SIGSEGV and any(
            known in where for known in NOT_OURS):
        assert not done.stdout
    elif done.returncode == -signal.SIGABRT:
        assert not done.stdout or r is not None, "it aborts in the middle of its answer"
    elif done.returncode == 1:
        assert not done.stdout and done.stderr, "it gives up, and says nothing"
    else:
        assert done.returncode == 0, f"it ends with {done.returncode}"
        assert r is not None, f"its answer is cut off: {done.stdout[-200:]}"
    assert not told(done.stderr.decode()), "a secret is logged"
    if r is None:
        return False
    if is_good(flow, r):
        wrong = list(broken(w, flow, request, r))
        assert not wrong, wrong
        return True
    assert not unfit(r), unfit(r)
    assert not told(r.text)
    return False


def check_next(w, flow, request):
    r = cgi.parse(cgi.run(w.stack, request).stdout)
    if is_good(flow, r):
        return
    where = r.headers.get("Location", "") + r.text
    assert any(r.status_code == status and word in where
               for status, word in flow.spends.values()), \
        f"the next request: {said(r)}"


def run_one(w, flow, request, control, n):
    """-> did it come to the nth?"""
    control.fail(n)
    done = cgi.run(w.stack, request, **control.env)
    where = control.failed()
    if where is None:
        return False
    answered = judge(w, flow, request, done, where)
    if not (answered and flow.once):
        check_next(w, flow, request)
    return True


def count_of(w, flow, control):
    control.fail(MANY)
    request = flow.prepare(w)
    done = cgi.run(w.stack, request, **control.env)
    r = cgi.parse(done.stdout)
    assert is_good(flow, r), f"undisturbed: {done}"
    assert not list(broken(w, flow, request, r))
    return MANY - control.count()


@pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))
def test_allocations(world, flow, control, start):
    failures, request = [], None
    for n in numbers(world, flow, control, start):
        if flow.once or not request:
            request = flow.prepare(world)
        try:
            if not run_one(world, flow, request, control, n):
                break
        except Exception as e:  # all of them, and how to have each again
            failures.append(f"{n}, of {control.failed()}: {e}\n"
                            f"  {repeat(flow.name, n)}")
            print(failures[-1], flush=True)
            if len(failures) >= ENOUGH:
                break
    assert not failures, "\n".join([flow.name, *failures])
    assert not violated(world.stack), violated(world.stack)


# -- the same of a program that stays: a supervisor starts it again

SERVED = ["client_credentials", "code", "introspect_jwt", "consent",
          "authorize_page", "me", "userinfo_signed", "jwks"]


@pytest.fixture
def supervised(world, control, tmp_path):
    """supervised(name): the program, disturbed by control."""
    started = []

    def start(name):
        started.append(fcgi.Program(
            name, str(tmp_path / name), {
                "PATH": os.environ["PATH"], **cgi.configured(world.stack)},
            prefix=[ROOT / "deploy" / "local" / "supervise", "1", "env",
                    *(f"{k}={v}" for k, v in control.env.items())]))
        return started[-1]

    control.fail(0)
    yield start
    control.fail(0)
    for program in started:
        program.close()


def ask(program, request):
    """-> the answer, or None."""
    try:
        return cgi.parse(program.ask(cgi.environment(request),
                                     cgi.body_of(request)))
    except OSError:
        return None


@pytest.mark.parametrize("flow", [FLOWS[f] for f in SERVED], ids=SERVED)
def test_a_program_that_stays(world, flow, control, supervised):
    """Whatever becomes of the process, the next request is served."""
    program = supervised(cgi.program_of(flow.prepare(world)))
    for _ in range(2):  # what is prepared once, is
        assert is_good(flow, ask(program, flow.prepare(world)))
    control.fail(MANY)
    assert is_good(flow, ask(program, flow.prepare(world)))
    count = MANY - control.count()
    dice = random.Random(f"{SEED} {flow.name}")
    for n in range(1, count + 1) if LONG else \
            dice.sample(range(1, count + 1), min(2, count)):
        request = flow.prepare(world)
        control.fail(n)
        r = ask(program, request)
        where = control.failed()
        if r is not None and is_good(flow, r):
            assert not list(broken(world, flow, request, r)), (n, where)
        elif r is not None:
            assert not unfit(r), (n, where, unfit(r))
        control.fail(0)
        assert is_good(flow, ask(program, flow.prepare(world))), (n, where)
    assert not told(program.log())


def test_the_library_is_there(world, control):
    """One that were not preloaded would let all tests pass."""
    request = FLOWS["health"].prepare(world)
    assert send(request).status_code == 200
    control.fail(1)
    done = cgi.run(world.stack, request, **control.env)
    assert control.failed() and done.returncode != 0, done
