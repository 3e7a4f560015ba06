"""log_lines - what the log says of the requests of an endpoint."""
import json
import time


def lines_of(stack, endpoint):
    return [e for e in map(json.loads, stack.log_lines())
            if e.get("endpoint") == endpoint]


def logged(stack, endpoint, call):
    """The log line of what call does: it is written after the answer."""
    before = len(lines_of(stack, endpoint))
    call()
    for _ in range(100):
        lines = lines_of(stack, endpoint)
        if len(lines) > before:
            return lines[-1]
        time.sleep(0.05)
    raise AssertionError(f"no log line of {endpoint}")
