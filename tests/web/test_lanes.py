"""Batches of statements, and failures in them: tests/cgi/lanes.c."""
import subprocess

from postern_stack import BUILD


def test_a_failure_takes_no_companion_with_it(stack):
    done = subprocess.run(
        [BUILD / "tests" / "cgi" / "lanes"], text=True, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, env={
            "ADMIN_DATABASE": f"host={stack.cluster.home}/pgrun "
                              f"dbname={stack.database} user=postgres",
            "POSTERN_DATABASE": f"host={stack.cluster.home}/pgrun "
                                f"dbname={stack.database} user=postgres"})
    assert done.returncode == 0, done.stdout
    assert "not ok" not in done.stdout and "1..7" in done.stdout
