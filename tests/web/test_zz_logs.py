"""Last of all: what the logs of all that ran before hold, and what not."""
import json
import re

import pytest

from postern_stack import closed_logs, secrets_used


@pytest.fixture
def logs(make_stack, cluster, stack):
    # At least one request, also where this file is run alone.
    stack.token(stack.register_client(), grant_type="client_credentials")
    return closed_logs + [cluster.log_text()] + [
        s.log_text() for s in make_stack.made]


def test_no_secret_is_in_any_log(logs):
    """K127, and section 10.3 of RFC 6749: no token, code, secret, password."""
    assert len(secrets_used) > 1
    for secret in secrets_used:
        if len(set(secret)) < 6:
            continue    # a trivial wrong password may be part of anything
        for log in logs:
            assert secret not in log, secret


def test_nothing_of_a_sanitizer(logs):
    for log in logs:
        at = re.search("Sanitizer|runtime error:|Assertion", log)
        assert not at, log[at.start() - 200:at.start() + 3000]


def test_each_request_is_one_line_of_json(make_stack, logs):
    seen = 0
    for stack in make_stack.made:
        for line in stack.log_lines():
            entry = json.loads(line)
            if "event" in entry:
                continue
            seen += 1
            assert {"time", "program", "endpoint", "method", "status",
                    "outcome", "ms"} <= set(entry)
            assert entry["status"] < 400 or entry["outcome"] != "ok", entry
    assert seen
