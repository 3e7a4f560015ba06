"""Every ```sh block of the documentation runs as it stands, in its order."""
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from postern_stack import BUILD, ROOT, free_port, local, remember

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [
    pytest.param(block.group(1), id="{}:{}".format(
        page.name, page.read_text()[:block.start()].count("\n") + 1))
    for page in PAGES
    for block in re.finditer(r"^```sh\n(.*?)^```$", page.read_text(),
                             re.S | re.M)]


@pytest.fixture(scope="module", name="place")
def fixture_place():
    """A copy of the tree beside which `make run` is up."""
    top = Path(tempfile.mkdtemp(prefix="postern-test.", dir="/tmp"))
    top.chmod(0o755)
    for name in "README.md", "docs", "sql", "deploy":
        (top / name).symlink_to(ROOT / name)
    env = {"STATE": str(top / "var"), "PORT": str(free_port()),
           "BUILD": str(BUILD), "DEMO": "1", "PROCESSES": "1"}
    local("start", env)
    yield top
    local("stop", env)
    shutil.rmtree(top, ignore_errors=True)


def run(place, script):
    names = dict(re.findall(r"^(\w+)='(.*)'$", (
        place / "var" / "demo.env").read_text().replace("'\\''", "'"), re.M))
    remember(names["DEMO_CLIENT_SECRET"], names["DEMO_PASSWORD"])
    env = {**os.environ, **names, "PATH": "{}:{}".format(
        BUILD / "bin", os.environ["PATH"])}
    return subprocess.run(["sh", "-eu"], input=script, cwd=place, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60, check=False)


def test_there_are_blocks():
    assert len(BLOCKS) > 10


@pytest.mark.parametrize("script", BLOCKS)
def test_block(place, script):
    done = run(place, script)
    assert done.returncode == 0, done.stdout
    for fault in "ERROR:", "psql:", "curl:", "server_error":
        assert fault not in done.stdout, done.stdout


def test_links():
    """What a page links to in the repository is there."""
    for page in PAGES:
        for to in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            if "://" not in to:
                assert (page.parent / to).exists(), f"{page.name}: {to}"
