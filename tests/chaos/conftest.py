"""What the three kinds of trouble have to say goes into one summary."""
import os
from pathlib import Path

import pytest

SAID = {}


@pytest.fixture(scope="session")
def tell():
    """tell(heading, text): a paragraph of the summary."""
    def put(heading, text):
        SAID.setdefault(heading, []).append(text)
    return put


def pytest_terminal_summary(terminalreporter):
    """After the tests, and into the file that CHAOS_SUMMARY names."""
    lines = []
    for heading, texts in SAID.items():
        lines += [heading, "-" * len(heading), *texts, ""]
    for line in lines:
        terminalreporter.write_line(line)
    if os.environ.get("CHAOS_SUMMARY"):
        Path(os.environ["CHAOS_SUMMARY"]).write_text("\n".join(lines))
