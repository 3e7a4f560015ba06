"""A failure before the Parse that a companion needs: tests/cgi/batch.c."""
import subprocess

from postern_stack import BUILD


def test_a_failure_takes_no_parse_with_it(stack):
    done = subprocess.run(
        [BUILD / "tests" / "cgi" / "batch"], text=True, timeout=30,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env={
            "DATABASE_HOST": f"{stack.cluster.home}/pgrun",
            "DATABASE_NAME": stack.database})
    assert done.returncode == 0, done.stdout
    assert "not ok" not in done.stdout and "1..5" in done.stdout
