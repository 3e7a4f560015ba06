"""chromium - a real browser, without a window, and Postern's pages in it."""
import base64
import hashlib
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from postern_stack import remember
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

OPTIONS = """--headless=new --no-sandbox --disable-gpu --disable-quic
    --no-first-run --disable-background-networking
    --disable-component-update --disable-sync""".split()


def key_of(certificate):
    """The hash of a certificate's key, for trust()."""
    key = subprocess.run(
        f"openssl x509 -in '{certificate}' -noout -pubkey"
        " | openssl pkey -pubin -outform der", shell=True, check=True,
        capture_output=True).stdout
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def trust(stack):
    """The options with which Chromium believes a stack with TLS."""
    if not stack.ca_file:
        return []
    certificate = Path(stack.ca_file).with_name("localhost.pem")
    return ["--ignore-certificate-errors-spki-list=" + key_of(certificate)]


def start_chromium(profile, script=True, more=()):
    options = webdriver.ChromeOptions()
    for option in [*OPTIONS, f"--user-data-dir={profile}", *more]:
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not script:
        options.add_experimental_option("prefs", {
            "profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options,
                            service=Service("/usr/bin/chromedriver"))


@contextmanager
def new_browser(more=()):
    """One of its own, with a profile that nobody had before."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = start_chromium(profile, more=more)
        try:
            yield driver
            remember_cookies(driver)
        finally:
            driver.quit()


def remember_cookies(browser):
    for cookie in browser.execute_cdp_cmd(
            "Network.getAllCookies", {})["cookies"]:
        remember(cookie["value"])


def wait(browser, condition):
    WebDriverWait(browser, 20).until(condition)


def gone(element):
    try:
        element.is_enabled()
    except Exception:  # pylint: disable=broad-except
        return True
    return False


def sign_in(browser, username, password):
    for name, value in ("username", username), ("password", password):
        field = browser.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    body = browser.find_element(By.TAG_NAME, "html")
    browser.find_element(By.CSS_SELECTOR, "button.yes").click()
    wait(browser, lambda b: gone(body))


def decide(browser, decision):
    browser.find_element(
        By.CSS_SELECTOR, f'button[name=decision][value={decision}]').click()
