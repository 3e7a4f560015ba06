"""What shares a connection to PostgreSQL, and what does not."""
import subprocess
import threading
import time
from base64 import b64encode

import fcgi
from postern_stack import BUILD, run_script


def test_a_failure_takes_no_companion_with_it(stack):
    """Batches of statements, and failures in them: tests/cgi/lanes.c."""
    done = subprocess.run(
        [BUILD / "tests" / "cgi" / "lanes"], text=True, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env={
            "ADMIN_DATABASE": f"host={stack.cluster.home}/pgrun "
                              f"dbname={stack.database} user=postgres",
            "POSTERN_DATABASE": f"host={stack.cluster.home}/pgrun "
                                f"dbname={stack.database} user=postgres"})
    assert done.returncode == 0, done.stdout
    assert "not ok" not in done.stdout and "1..7" in done.stdout


def maintains(stack):
    [[n]] = stack.sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname ="
        " current_database() AND wait_event = 'PgSleep'")
    return n


def introspection(client):
    body = b"token=x"
    credentials = b64encode(":".join(client).encode()).decode()
    return {"REQUEST_METHOD": "POST", "SCRIPT_NAME": "/oauth/introspect",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": "Basic " + credentials}, body


def test_maintenance_holds_nobody_up(stack, tmp_path):
    """oauth.maintain() takes its time; there is another lane."""
    asked = introspection(stack.register_client()[:2])
    stack.sql("CREATE OR REPLACE FUNCTION oauth.maintain() RETURNS TABLE"
              " (what text, rows bigint, note text) LANGUAGE sql SECURITY"
              " DEFINER AS $$ SELECT 'x', 0::bigint, 'x' FROM pg_sleep(4) $$")
    p = fcgi.Program("token", str(tmp_path / "token"), {
        "POSTERN_DATABASE": f"host={stack.cluster.home}/pgrun "
                            f"dbname={stack.database} user=postgres",
        "POSTERN_KEY_FILE": f"{stack.state}/key"})
    waited, answers = [], []

    def ask_often():
        for _ in range(10):
            since = time.monotonic()
            answers.append(p.ask(*asked))
            waited.append(time.monotonic() - since)

    try:
        while not maintains(stack):
            time.sleep(0.02)
        threads = [threading.Thread(target=ask_often) for _ in range(40)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert maintains(stack), "it was over before"
        assert all(b"Status: 200" in a for a in answers) and answers
        assert max(waited) < 1.5
    finally:
        p.close()
        run_script(stack, "functions_maintain.sql")
