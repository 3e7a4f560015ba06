"""The benchmark itself: that every figure is there, and that no wrong answer
is counted as one.  Nothing is timed here."""
import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from postern_stack import BUILD, ROOT, flow

HERE = ROOT / "tests" / "bench"
sys.path.insert(0, str(HERE))

import load  # noqa: E402
import machine  # noqa: E402
import scenarios  # noqa: E402
import targets  # noqa: E402
from load import NotGood, Script  # noqa: E402

ENVIRONMENT = {
    "BENCH_SECONDS": "0.1", "BENCH_RUNS": "1", "BENCH_CONNECTIONS": "4",
    "BENCH_ROWS": "2000", "GROWTH": "1", "BUILD": str(BUILD)}


@pytest.fixture(scope="module", name="kept")
def fixture_kept(tmp_path_factory):
    """The figures of a whole run, as short as can be."""
    kept = tmp_path_factory.mktemp("bench") / "figures.json"
    done = subprocess.run(
        [HERE / "run"], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=300, check=False,
        env={**os.environ, **ENVIRONMENT, "BENCH_JSON": str(kept)})
    assert done.returncode == 0, done.stdout
    return kept


def test_every_figure_is_there(kept):
    figures = json.loads(kept.read_text())
    names = [f["name"] for f in figures["scenarios"]]
    for place, made in (("lighttpd", scenarios.LIGHTTPD),
                        ("nginx", scenarios.NGINX),
                        ("plain CGI", scenarios.CGI)):
        assert [n.split(": ", 1)[1] for n in names
                if n.startswith(place)] == list(made)
    assert len(figures["growth"]) == 3 and figures["dropping"]["rows"] == 2000
    for f in figures["scenarios"] + figures["growth"]:
        for side in f, f["floor"]:
            assert side["flows"] > 0 and side["rate"] > 0, f
            assert 0 < side["p50"] <= side["p99"] <= side["max"], f
            assert set(side["cpu"]) == set(machine.GROUPS) | {"load"}, f
        assert f["ratio"] > 0 and f["trips"] > 0 and f["statements"] > 0, f
        if not f["name"].startswith("plain CGI"):
            assert f["pss"] > 0 and f["sessions"], f
    check = {f["name"]: f for f in figures["scenarios"]}[
        "lighttpd: bearer check, /api/me"]
    assert check["trips"] == check["statements"] == 1
    assert figures["signing"] and all(
        0 < s["EdDSA"] < s["RS256"] and 0 < s["rate"] and 0 < s["ratio"] < 1.5
        for s in figures["signing"])
    assert figures["wrk"]["ratio"] > 0 and figures["idle"]["programs"] > 0


def test_a_report_of_them(kept, tmp_path):
    subprocess.run([HERE / "report", kept, tmp_path], check=True)
    page = (tmp_path / "benchmarks.md").read_text()
    assert "## What it must reach" in page and "nan" not in page
    for plot in (tmp_path / "benchmarks").glob("*.svg"):
        assert f"(benchmarks/{plot.name})" in page
        assert "prefers-color-scheme: dark" in plot.read_text()


def test_what_is_missed_is_said(kept):
    """Each target that has a figure is judged by it."""
    figures = json.loads(kept.read_text())
    for factor, met in ((1000, True), (0.001, False)):
        for f in figures["scenarios"]:
            f["ratio"] = factor
        judged = {t.what: t.met for t in targets.targets(
            targets.Figures(figures))}
        for what in ("token, against the probe's token",
                     "bearer check, against the probe's",
                     "plain CGI request, against the bare CGI probe"):
            assert judged[what] is met, (what, factor)


def test_the_page_is_of_its_figures(tmp_path):
    """docs/benchmarks.md says what its figures say, and nothing else."""
    docs = ROOT / "docs"
    subprocess.run([HERE / "report", docs / "benchmarks/figures.json",
                    tmp_path], check=True)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.*"))
    assert len(made) > 3
    for path in made:
        assert (tmp_path / path).read_text() == (docs / path).read_text(), path


# -- the load generator

class Server:
    """Answers what it is told to, by turns."""

    def __init__(self, *answers):
        self.answers, self.asked = answers, []
        self.late = 0       # seconds: of the second answer

        class Handler(BaseHTTPRequestHandler):
            """One of them; as much of HTTP as load.c is to understand."""
            protocol_version = "HTTP/1.1"
            timeout = 0.5   # then what is idle is closed

            def do_POST(this):      # pylint: disable=no-self-argument
                length = int(this.headers.get("Content-Length", 0))
                body = this.rfile.read(length).decode()
                n = len(self.asked)
                self.asked.append((this.path, body, dict(this.headers)))
                time.sleep(self.late if n == 1 else 0)
                this.wfile.write(self.answers[n % len(answers)])
                if b"Connection: close" in self.answers[n % len(answers)]:
                    this.close_connection = True

            do_GET = do_POST

            def log_message(self, *_):
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def http(body, status="200 OK", head=None):
    head = f"Content-Length: {len(body)}" if head is None else head
    return (f"HTTP/1.1 {status}\r\n{head}\r\nX-Where: code=abc&d\r\n\r\n"
            f"{body}").encode()


GOOD = http('{"access_token":"x"}')
CHUNKED = http('9\r\n{"access_\r\nb\r\ntoken":"x"}\r\n0\r\n\r\n',
               head="Transfer-Encoding: chunked")


def asked(path, *answers, find='"access_token":"', **take):
    """What load.c says of these answers, and what it asked."""
    with Server(*answers) as server:
        script = Script(server.url).step(
            200, "POST", "/x", find, **take).form(a="b").write(path)
        return load.ask(script, 1, 0.2), server.asked


@pytest.mark.parametrize("answer", [
    GOOD, CHUNKED, http('{"access_token":"x"}', head="Connection: close"),
    http('{"access_token":"x"}', head="Content-Length: 20\r\n"
         "Connection: close")], ids=["length", "chunked", "until it closes",
                                     "closed after it"])
def test_good_answers(tmp_path, answer):
    figures, requests = asked(tmp_path / "s", answer)
    assert figures["bad"] == 0 and figures["flows"] > 5
    assert figures["flows"] + figures["late"] == len(requests)
    path, body, headers = requests[0]
    assert (path, body) == ("/x", "a=b")
    assert headers["Content-Length"] == "3"


@pytest.mark.parametrize("wrong", [
    http('{"error":"x"}'), http('{"access_token":"x"}', "503 No"),
    http('{"access_token":"x"}', "201 Created"),
    http('{"access_token":"', head="Content-Length: 90\r\n"
         "Connection: close"), b"HTTP/1.1 200\r\nConnection: close\r\n"],
    ids=["body", "error", "status", "cut", "no head"])
def test_one_wrong_answer_among_good_ones(tmp_path, wrong):
    with pytest.raises(NotGood):
        asked(tmp_path / "s", *[GOOD] * 7, wrong)


def test_a_server_that_closes_what_is_idle(tmp_path):
    """While others are still at it: that is no answer, and no fault."""
    with Server(GOOD) as server:
        script = Script(server.url).step(
            200, "POST", "/x", "access_token").form(a="b").write(
            tmp_path / "s")
        server.late = 1.5
        figures = load.ask(script, 2, 0.2)
    assert figures["bad"] == 0 and figures["late"] > 0


def test_nothing_to_take(tmp_path):
    with pytest.raises(NotGood):
        asked(tmp_path / "s", GOOD, _0='"refresh_token":"')


def test_what_is_taken_goes_on(tmp_path):
    """Into the next step; and into the next flow, and the file."""
    own = tmp_path / "own"
    own.write_text("first\nother\n")
    with Server(GOOD, http('{"refresh_token":"second"}')) as server:
        script = Script(server.url, own=own).step(
            200, "GET", "/authorize?{0}", _1="code=").step(
            200, "POST", "/token", _0='"refresh_token":"').form(
            "code={1}", a="b").write(tmp_path / "s")
        load.ask(script, 1, 0.2)
        requests = server.asked
    assert requests[0][0] == "/authorize?first"
    assert requests[1][:2] == ("/token", "a=b&code=abc")
    assert requests[2][0] == "/authorize?second"
    assert own.read_text() == "second\nother\n"


def test_each_of_a_list(tmp_path):
    each = tmp_path / "each"
    each.write_text("1\n2\n3\n")
    with Server(GOOD) as server:
        script = Script(server.url, each=each).step(
            200, "GET", "/{0}").write(tmp_path / "s")
        load.ask(script, 1, 0.2)
        assert [r[0] for r in server.asked[:4]] == ["/1", "/2", "/3", "/1"]


def test_a_bad_token(stack, tmp_path):
    """Of Postern itself: the harness does not take a refusal for an answer."""
    good = flow(stack)["access_token"]
    tokens = tmp_path / "tokens"
    tokens.write_text(good + "\n")
    script = scenarios.bearer_script(stack, tmp_path / "s", tokens)
    load.ask(script, 2, 0.2)
    bad = good[:-1] + ("A" if good[-1] != "A" else "E")
    tokens.write_text(f"{good}\n{bad}\n")
    with pytest.raises(NotGood):
        load.ask(script, 2, 0.2)


def test_cpu_time_of_children():
    """Also of those that are gone already; what a web server starts is a CGI
    program."""
    burn = "while (($i += 1) < 3e6) {}"
    script = f"system($^X, '-e', '{burn}'); print 1; close STDOUT; sleep 9"
    with subprocess.Popen(["perl", "-e", f'$| = 1; {script}'],
                          stdout=subprocess.PIPE) as child:
        child.stdout.read(1)
        for group, there in (("programs", "programs"),
                             ("web server", "programs"),
                             ("PostgreSQL", "PostgreSQL")):
            spent = machine.spent({group: [child.pid]})
            assert spent[there] > 0.02, spent
            assert sum(spent.values()) < spent[there] + 0.05, spent
        assert machine.memory([child.pid]) > 0.5
        child.kill()
