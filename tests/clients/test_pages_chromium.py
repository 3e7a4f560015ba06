"""Pages that a browser has to do something with, in one: tests/cgi/page.c.

No stack: the pages come from a server of the test's own, and so do the
applications they lead to, each an origin of its own.
"""
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from chromium import start_chromium, wait
from postern_stack import BUILD
from selenium.webdriver.common.by import By


class Site(BaseHTTPRequestHandler):
    """An origin: its pages, and all that it was asked for."""

    def answer(self):
        size = int(self.headers.get("Content-Length", 0))
        sent = self.rfile.read(size).decode()
        path = self.path.split("?", maxsplit=1)[0]
        self.server.asked.append({
            "method": self.command, "path": self.path, "sent": sent,
            "referer": self.headers.get("Referer"),
            "to": self.headers.get("Sec-Fetch-Dest")})
        status, headers, body = self.server.pages.get(
            path, (200, {"Content-Type": "text/html"}, "<title>Here</title>"))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = answer

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Origin:
    def __init__(self, host="127.0.0.1"):
        self.server = ThreadingHTTPServer((host, 0), Site)
        self.server.pages = {"/favicon.ico": (204, {}, "")}
        self.server.asked = []
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        self.url = f"http://{host}:{self.server.server_port}"

    def asked(self, path):
        return [one for one in self.server.asked
                if one["path"].split("?", maxsplit=1)[0] == path]

    def has(self, path, body="", status=200, **headers):
        headers.setdefault("Content-Type", "text/html")
        self.server.pages[path] = (status, headers, body)

    def has_ours(self, *args):
        """Our page at / -> its URL."""
        text = subprocess.run(
            [BUILD / "tests" / "cgi" / "page", *args], check=True,
            capture_output=True, timeout=20).stdout.decode()
        head, body = text.split("\r\n\r\n", maxsplit=1)
        fields = dict(line.split(": ", maxsplit=1)
                      for line in head.split("\r\n"))
        status = int(fields.pop("Status")[:3])
        del fields["Content-Length"]
        self.server.pages["/"] = status, fields, body
        return self.url + "/"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(name="origins")
def fixture_origins():
    """origins(): another one."""
    made = []

    def make(host="127.0.0.1"):
        made.append(Origin(host))
        return made[-1]

    yield make
    for one in made:
        one.close()


WITH_SCRIPT = pytest.mark.parametrize("chromium", [True], ids=["script"],
                                      indirect=True)


@pytest.fixture(scope="module", name="chromium", params=[True, False],
                ids=["script", "no-script"])
def fixture_chromium(request):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = start_chromium(profile, request.param)
        driver.has_script = request.param
        yield driver
        driver.quit()


@pytest.fixture(name="browser")
def fixture_browser(chromium):
    """At the end it has found nothing wrong; a test may say what it meant."""
    chromium.get("data:text/html,")
    chromium.get_log("browser")
    chromium.meant = []
    yield chromium
    said = [line["message"] for line in chromium.get_log("browser")]
    assert [line for line in said
            if not any(words in line for words in chromium.meant)] == []


def go_on(browser):
    """By itself, or by the button."""
    if not browser.has_script:
        browser.find_element(By.CSS_SELECTOR, "button.yes").click()


def test_form_post(browser, origins):
    ours, theirs = origins(), origins()
    sent = [("code", "a b&c=d+e"), ("state", "\"><script>x</script> é한"),
            ("iss", "https://id.example/?a=1&b")]
    browser.get(ours.has_ours("form_post", theirs.url + "/cb?kept=1",
                              *[word for pair in sent for word in pair]))
    go_on(browser)
    wait(browser, lambda b: b.title == "Here")
    assert browser.current_url == theirs.url + "/cb?kept=1"
    [got] = theirs.asked("/cb")
    assert got["method"] == "POST"
    assert parse_qsl(got["sent"], keep_blank_values=True) == sent
    assert got["referer"] is None


def test_form_post_and_on(browser, origins):
    """The application sends the person on to another origin of its own."""
    ours, theirs, other = origins(), origins(), origins("localhost")
    theirs.has("/cb", status=303, Location=other.url + "/home")
    browser.get(ours.has_ours("form_post", theirs.url + "/cb", "code", "x"))
    go_on(browser)
    wait(browser, lambda b: b.title == "Here")
    assert browser.current_url == other.url + "/home"
    assert [one["sent"] for one in theirs.asked("/cb")] == ["code=x"]


@WITH_SCRIPT
@pytest.mark.parametrize("whose", ["the client's", "somebody's"])
def test_form_post_in_a_frame(whose, browser, origins):
    """prompt=none: the client may have it in a frame, and nobody else."""
    ours, theirs, other = origins(), origins(), origins()
    frame = ours.has_ours("form_post", theirs.url + "/cb", "code", "x")
    around = theirs if whose == "the client's" else other
    around.has("/app", f"<title>App</title><iframe src='{frame}'></iframe>")
    browser.get(around.url + "/app")
    if whose == "the client's":
        wait(browser, lambda b: theirs.asked("/cb"))
        assert theirs.asked("/cb")[0]["sent"] == "code=x"
        return
    browser.meant = ["frame-ancestors"]
    wait(browser, lambda b: ours.asked("/"))
    time.sleep(1)
    assert theirs.asked("/cb") == []


def test_logged_out(browser, origins):
    ours, one, two = origins(), origins(), origins("localhost")
    browser.get(ours.has_ours("logged_out", ""))
    assert browser.title == "Signed out"
    browser.get(ours.has_ours("logged_out", one.url + "/bye?state='s&t'"))
    wait(browser, lambda b: b.title == "Here")
    assert browser.current_url == one.url + "/bye?state=%27s&t%27"

    browser.get(ours.has_ours("logged_out", one.url + "/bye",
                              one.url + "/out?sid=1&iss=i", two.url + "/out"))
    assert browser.title == "Signed out"
    assert [frame.is_displayed() for frame in
            browser.find_elements(By.TAG_NAME, "iframe")] == [False, False]
    wait(browser, lambda b: b.title == "Here")
    assert browser.current_url == one.url + "/bye"
    for origin, path in (one, "/out?sid=1&iss=i"), (two, "/out"):
        [got] = origin.asked("/out")
        assert (got["path"], got["referer"], got["to"]) == \
            (path, None, "iframe")
    assert [got["referer"] for got in one.asked("/bye")] == [None, None]


def test_logged_out_by_link(browser, origins):
    ours, one = origins(), origins()
    one.has("/slow", "<title>Slow</title>")
    browser.get(ours.has_ours("logged_out", one.url + "/bye",
                              one.url + "/out"))
    browser.find_element(By.LINK_TEXT, "Go back to Client").click()
    wait(browser, lambda b: b.current_url == one.url + "/bye")


@WITH_SCRIPT
def test_a_frame_stays_in_its_frame(browser, origins):
    """An application's page that would lead the person elsewhere."""
    ours, one = origins(), origins()
    one.has("/out", "<script>fetch('/ran').then(() => "
                    f"top.location = '{one.url}/trap')</script>")
    one.has("/bye", "<title>Bye</title>")
    browser.meant = ["sandbox", "to set a named property 'href' on 'Location"]
    browser.get(ours.has_ours("logged_out", one.url + "/bye",
                              one.url + "/out"))
    wait(browser, lambda b: b.title == "Bye")
    assert one.asked("/ran") and one.asked("/trap") == []


LINES_OF_EACH = """
    return [...document.querySelectorAll(".choice button")].map(button => {
        const range = document.createRange();
        range.selectNodeContents(button);
        return [button.textContent, range.getClientRects().length];
    });"""


@WITH_SCRIPT
@pytest.mark.parametrize("language", ["en", "ko", "de"])
def test_large_text_on_a_small_screen(language, browser, origins):
    """Buttons stand below each other before a word of theirs is broken, and it
    is only where it is wider than the page."""
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": False})
    browser.get(origins().has_ours("logout_confirm", language, "alice"))
    browser.execute_script("document.documentElement.style.fontSize = '200%'")
    lines = browser.execute_script(LINES_OF_EACH)
    wide = browser.execute_script(
        "return document.documentElement.scrollWidth > innerWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert len(lines) == 2 and not wide
    for label, count in lines:
        assert count <= len(label.split()) + 1, lines


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 400, 1000])
def test_qr_code(width, scheme, browser, origins, tmp_path):
    uri = "https://id.example/oauth/device"
    whole = uri + "?user_code=WDJB-MJHT"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
        {"name": "prefers-color-scheme", "value": scheme}]})
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 800, "deviceScaleFactor": 1,
        "mobile": False})
    browser.get(origins().has_ours("device_qr", uri, "WDJB-MJHT", whole))
    picture = str(tmp_path / "page.png")
    browser.save_screenshot(picture)
    text = browser.find_element(By.TAG_NAME, "main").text
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    read = subprocess.run(["zbarimg", "-q", "--raw", picture], timeout=30,
                          capture_output=True, text=True, check=True).stdout
    assert read == whole + "\n"
    assert uri in text and "WDJB-MJHT" in text
