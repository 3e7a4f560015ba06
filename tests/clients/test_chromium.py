"""A real browser at the sign-in and consent pages, and Authlib behind it."""
import json
import os
import re
import subprocess
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import device
import pytest
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from chromium import (decide, gone, remember_cookies, sign_in,
                      start_chromium, wait)
from postern_stack import remember
from selenium.webdriver.common.by import By


class Landing(BaseHTTPRequestHandler):
    """The application's redirect URI, on loopback."""

    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>Landed</title><link rel=icon href=data:,>")

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


@pytest.fixture(scope="module", name="landing")
def fixture_landing():
    server = HTTPServer(("127.0.0.1", 0), Landing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/callback"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", name="chromium", params=[True, False],
                ids=["script", "no-script"])
def fixture_chromium(request):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = start_chromium(profile, request.param)
        driver.get("data:text/html,<script>document.title='ran'</script>")
        assert (driver.title == "ran") == request.param
        yield driver
        driver.quit()


@pytest.fixture(name="browser")
def fixture_browser(chromium):
    """Nobody is signed in; and at the end it has found nothing wrong."""
    chromium.get("data:text/html,")
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chromium.get_log("browser")
    yield chromium
    remember_cookies(chromium)
    # A status of 400 or more is told there, too, and meant.
    said = [line["message"] for line in chromium.get_log("browser")
            if "Failed to load resource" not in line["message"]]
    assert said == []


class Application:
    """One sign-in at a client that is Authlib."""

    def __init__(self, stack, client, landing):
        self.stack, self.landing = stack, landing
        self.oauth = OAuth2Session(
            client.client_id, client.client_secret, scope="profile email",
            redirect_uri=landing, code_challenge_method="S256")
        self.verifier = generate_token(48)
        remember(self.verifier)
        self.url, self.state = self.oauth.create_authorization_url(
            stack.url + "/oauth/authorize", code_verifier=self.verifier)

    def finish(self, browser):
        wait(browser, lambda b: b.current_url.startswith(self.landing))
        answer = browser.current_url
        remember(*re.findall(r"code=([\w-]+)", answer))
        token = self.oauth.fetch_token(
            self.stack.url + "/oauth/token", state=self.state,
            authorization_response=answer, code_verifier=self.verifier)
        remember(token["access_token"], token["refresh_token"])
        return self.oauth.get(self.stack.url + "/api/me").json()


@pytest.mark.parametrize("server", ["lighttpd", "apache", "nginx"])
def test_sign_in_and_consent(server, stack_of, browser, landing):
    stack = stack_of(server)
    user = stack.create_user()
    client = stack.register_client(redirect_uris=[landing],
                                   client_name="Calendar")
    app = Application(stack, client, landing)
    browser.get(app.url)
    sign_in(browser, user.username, "not the password")
    assert browser.find_element(By.CSS_SELECTOR, "[role=alert]").text
    sign_in(browser, user.username, user.password)
    assert "Calendar" in browser.find_element(By.TAG_NAME, "h1").text
    assert "See your email" in browser.page_source
    decide(browser, "allow")
    assert app.finish(browser) == {"id": user.sub, "username": user.username}

    # Another time nothing is asked.
    again = Application(stack, client, landing)
    browser.get(again.url)
    assert again.finish(browser)["id"] == user.sub


def test_denial(stack, browser, landing):
    user = stack.create_user()
    client = stack.register_client(redirect_uris=[landing])
    app = Application(stack, client, landing)
    browser.get(app.url)
    sign_in(browser, user.username, user.password)
    decide(browser, "deny")
    wait(browser, lambda b: b.current_url.startswith(landing))
    assert "error=access_denied" in browser.current_url
    assert f"state={app.state}" in browser.current_url
    assert "code=" not in browser.current_url


def test_demo_application(make_stack, browser):
    stack = make_stack("lighttpd", DEMO="1")
    with open(stack.state + "/demo.env", encoding="utf-8") as f:
        env = dict(re.findall(r"^(\w+)='(.*)'$", f.read(), re.M))
    remember(env["DEMO_CLIENT_SECRET"], env["DEMO_PASSWORD"])
    browser.get(stack.url + "/demo/")
    browser.find_element(By.CSS_SELECTOR, "a.go").click()
    sign_in(browser, env["DEMO_USER"], env["DEMO_PASSWORD"])
    decide(browser, "deny")
    wait(browser, lambda b: "/demo/callback" in b.current_url)
    assert "did not agree" in browser.page_source

    browser.find_element(By.CSS_SELECTOR, "a.go").click()
    wait(browser, lambda b: b.find_elements(By.NAME, "decision"))
    decide(browser, "allow")
    wait(browser, lambda b: "You are signed in" in b.page_source
         and "/demo/callback" in b.current_url)
    claims, userinfo, token = (json.loads(e.text) for e in
                               browser.find_elements(By.TAG_NAME, "pre"))
    remember(token["access_token"], token["refresh_token"],
             token["id_token"],
             *re.findall(r"code=([\w-]+)", browser.current_url))
    assert token["token_type"] == "Bearer"
    assert claims["iss"] == stack.url and claims["amr"] == ["pwd"]
    assert userinfo["sub"] == claims["sub"]
    assert userinfo["name"] == "Alice Liddell"

    # The same answer a second time is nobody's.
    callback = browser.current_url
    out = browser.find_element(By.CSS_SELECTOR, "a.go").get_attribute("href")
    browser.get(callback)
    assert "has finished already" in browser.page_source

    # Signed out, and back: who comes next is asked for a password.
    browser.get(out)
    wait(browser, lambda b: b.current_url.rstrip("?") == stack.url + "/demo/")
    browser.find_element(By.CSS_SELECTOR, "a.go").click()
    wait(browser, lambda b: b.find_elements(By.NAME, "password"))


def alert(browser):
    return browser.find_element(By.CSS_SELECTOR, "[role=alert]").text


def press(browser):
    page = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, "button.yes").click()
    wait(browser, lambda b: gone(page))


def shoot(browser, name):
    """SCREENSHOTS: a folder for whoever wants to look."""
    if "SCREENSHOTS" in os.environ:
        browser.save_screenshot(f"{os.environ['SCREENSHOTS']}/{name}.png")


@pytest.mark.parametrize("server", ["lighttpd", "apache", "nginx"])
def test_a_device(server, stack_of, browser):
    """RFC 8628: the person types what the device shows."""
    stack = stack_of(server)
    user, client = stack.create_user(), device.public(
        stack, scope="profile email calendar")
    got = device.start(stack, client, scope="profile email")
    browser.get(got["verification_uri"])
    shoot(browser, "device-code")
    field = browser.switch_to.active_element
    assert field.get_attribute("name") == "user_code"
    field.send_keys(got["user_code"].replace("-", " ").lower())
    press(browser)
    shoot(browser, "device-sign-in")
    sign_in(browser, user.username, "not the password")
    assert alert(browser)
    sign_in(browser, user.username, user.password)
    shoot(browser, "device-confirm")
    text = browser.find_element(By.TAG_NAME, "main").text
    for words in "Television", got["user_code"], "See your email", \
            user.username:
        assert words in text
    decide(browser, "allow")
    wait(browser, lambda b: not b.find_elements(By.NAME, "decision"))
    shoot(browser, "device-done")
    tokens = device.poll(stack, client, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    assert stack.me(tokens["access_token"]).json()["id"] == user.sub

    # Another time they are signed in; the code is used, and they say no.
    browser.get(got["verification_uri_complete"])
    assert alert(browser)
    shoot(browser, "device-wrong")
    got = device.start(stack, client)
    field = browser.find_element(By.NAME, "user_code")
    field.clear()
    field.send_keys(got["user_code"])
    press(browser)
    decide(browser, "deny")
    wait(browser, lambda b: not b.find_elements(By.NAME, "decision"))
    shoot(browser, "device-denied")
    device.refused(device.poll(stack, client, got["device_code"]),
                   "access_denied")


def test_a_device_by_qr_code(stack, browser, tmp_path):
    """RFC 8628 section 3.3.1: what a camera reads leads to the question."""
    user, client = stack.create_user(), device.public(stack)
    got = device.start(stack, client)
    browser.set_window_size(800, 1000)
    browser.get(stack.url + "/oauth/device/qr?user_code=" + got["user_code"])
    shoot(browser, "device-qr")
    picture = tmp_path / "qr.png"
    browser.save_screenshot(str(picture))
    read = subprocess.run(["zbarimg", "--quiet", "--raw", picture],
                          check=True, capture_output=True, text=True)
    assert read.stdout.strip() == got["verification_uri_complete"]
    assert got["user_code"] in browser.page_source
    browser.get(read.stdout.strip())
    sign_in(browser, user.username, user.password)
    shoot(browser, "device-confirm-whole")
    decide(browser, "switch")
    wait(browser, lambda b: b.find_elements(By.NAME, "password"))
    other = stack.create_user()
    sign_in(browser, other.username, other.password)
    decide(browser, "allow")
    wait(browser, lambda b: not b.find_elements(By.NAME, "decision"))
    tokens = device.poll(stack, client, got["device_code"]).json()
    remember(tokens["access_token"], tokens["refresh_token"])
    assert stack.me(tokens["access_token"]).json()["id"] == other.sub
