"""The keys that sign: made by themselves, published before they are used, kept
until what they signed has expired, and withdrawn at once."""
import base64
import os
import subprocess
import time

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken

from postern_stack import BUILD, flow

ALGS = ["ES256", "EdDSA", "PS256", "RS256"]


def jwks(stack):
    r = requests.get(stack.url + "/oauth/jwks", timeout=30)
    assert r.status_code == 200
    return r.json()["keys"]


def wait_for_keys(stack, count):
    for _ in range(100):
        if len(jwks(stack)) >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"{len(jwks(stack))} keys, not {count}")


@pytest.fixture(scope="module")
def keyed(make_stack):
    """A stack of its own: others' keys are not to be moved about.  One process
    of each: a second may look whether a key is due when the next test has
    begun."""
    stack = make_stack("lighttpd", PROCESSES="1")
    wait_for_keys(stack, 4)
    return stack


@pytest.fixture(autouse=True)
def fresh(keyed):
    """Four keys that sign from now on, as on the first day."""
    keyed.sql("DELETE FROM oauth.signing_key WHERE generation > 1")
    keyed.sql("UPDATE oauth.signing_key SET sign_from = now(),"
              " withdrawn_at = NULL")
    keyed.sql("UPDATE oauth.setting SET key_lifetime = '90 days',"
              " key_published_before = '1 day'")


def postern(stack, *args, key=None):
    return subprocess.run(
        [BUILD / "bin" / "postern", *args], capture_output=True, text=True,
        check=False, user="www-data" if os.getuid() == 0 else None, env={
            "POSTERN_CONFIG": stack.state + "/postern.conf",
            **({"POSTERN_KEY_FILE": key} if key else {})})


def id_token(stack, alg="RS256"):
    client = stack.register_client(scope="openid",
                                   id_token_signed_response_alg=alg)
    return flow(stack, client, scope="openid")["id_token"]


def verify(stack, token, alg="RS256"):
    keys = JsonWebKey.import_key_set({"keys": jwks(stack)})
    return JsonWebToken([alg]).decode(token, keys)


def states(stack, alg="RS256"):
    return [s for [s] in stack.sql(
        "SELECT state FROM oauth.signing_key_timetable WHERE alg = %s"
        " ORDER BY generation", alg)]


def test_one_of_each_algorithm_is_there_from_the_start(keyed):
    keys = jwks(keyed)
    assert sorted(k["alg"] for k in keys) == ALGS
    assert len({k["kid"] for k in keys}) == 4
    for k in keys:
        assert k["use"] == "sig"
        assert not set(k) & {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}


def test_the_document_may_be_kept(keyed):
    r = requests.get(keyed.url + "/oauth/jwks", timeout=30)
    assert r.headers["Content-Type"] == "application/jwk-set+json"
    assert "max-age=3600" in r.headers["Cache-Control"]
    assert r.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("alg", ALGS)
def test_each_signs(keyed, alg):
    token = id_token(keyed, alg)
    claims = verify(keyed, token, alg)
    assert claims.header["alg"] == alg
    assert claims["iss"] == keyed.url


def test_nothing_in_the_database_signs_without_the_key_file(keyed):
    for [sealed] in keyed.sql("SELECT private_jwk FROM oauth.signing_key"):
        for text in (sealed.encode(),
                     base64.urlsafe_b64decode(sealed + "==")):
            assert b'"kty"' not in text and b'"d":' not in text


def test_the_next_is_published_before_it_signs(keyed):
    keyed.sql("UPDATE oauth.signing_key SET sign_from = now() -"
              " interval '89 days 12 hours'")
    before = id_token(keyed)
    assert postern(keyed, "key", "list").stdout.count("signing") == 4
    make_due(keyed)
    assert states(keyed) == ["signing", "published"]
    assert len(jwks(keyed)) == 8
    after = id_token(keyed)
    old, new = verify(keyed, before), verify(keyed, after)
    assert old.header["kid"] == new.header["kid"]


def test_then_it_signs_and_the_old_one_is_still_believed(keyed):
    before = id_token(keyed)
    assert postern(keyed, "key", "rotate").returncode == 0
    keyed.sql("UPDATE oauth.signing_key SET sign_from = sign_from -"
              " interval '1 day 1 hour'")
    assert states(keyed) == ["retiring", "signing"]
    after = id_token(keyed)
    old, new = verify(keyed, before), verify(keyed, after)
    assert old.header["kid"] != new.header["kid"]


def test_the_old_one_goes_when_what_it_signed_has_expired(keyed):
    assert postern(keyed, "key", "rotate").returncode == 0
    keyed.sql("UPDATE oauth.signing_key SET sign_from = sign_from -"
              " interval '3 days 1 hour'")
    assert states(keyed) == ["retired", "signing"]
    assert len(jwks(keyed)) == 4


def test_nobody_rotates_and_the_old_one_goes_on(keyed):
    """Rather an old signature than none."""
    keyed.sql("UPDATE oauth.signing_key SET sign_from = now() -"
              " interval '400 days'")
    assert states(keyed) == ["signing"]
    assert verify(keyed, id_token(keyed))


def make_due(stack):
    """What the token program does every ten minutes, now: it is started anew."""
    stack.stop()
    stack.start()
    wait_for_keys(stack, 8)


def test_rotation_is_listed(keyed):
    r = postern(keyed, "key", "list")
    assert r.returncode == 0
    assert len(r.stdout.splitlines()) == 4
    for alg in ALGS:
        assert alg in r.stdout


def test_rotation_says_what_is_wrong(keyed, tmp_path):
    assert postern(keyed, "key", "turn").returncode != 0
    assert postern(keyed, "key").returncode == 2
    r = postern(keyed, "key", "rotate", key=str(tmp_path / "none"))
    assert r.returncode != 0
    assert states(keyed) == ["signing"]


def test_two_that_rotate_at_once_make_one_key(keyed):
    """Both processes of the pool do it as they start, at the same time."""
    keyed.sql("UPDATE oauth.signing_key SET sign_from = now() -"
              " interval '89 days 12 hours'")
    make_due(keyed)
    time.sleep(1)
    assert keyed.sql("SELECT alg, count(*) FROM oauth.signing_key"
                     " GROUP BY alg ORDER BY alg") == [
        (alg, 2) for alg in sorted(ALGS)]


def test_a_withdrawn_key_is_not_believed(keyed):
    client = keyed.register_client(scope="openid", access_token_format="jwt")
    tokens = flow(keyed, client, scope="openid")
    assert keyed.me(tokens["access_token"]).status_code == 200
    kid = verify(keyed, tokens["id_token"]).header["kid"]
    keyed.sql("SELECT oauth.withdraw_key(%s)", kid)
    assert kid not in [k["kid"] for k in jwks(keyed)]
    assert keyed.me(tokens["access_token"]).status_code == 401
    # The next is made by the request that needs it, and signs at once.
    again = verify(keyed, id_token(keyed))
    assert again.header["kid"] != kid


def test_the_next_of_a_withdrawn_key_does_not_wait(keyed):
    """It is published, and would sign tomorrow: nothing signed until then."""
    first = verify(keyed, id_token(keyed)).header["kid"]
    assert postern(keyed, "key", "rotate").returncode == 0
    [[following]] = keyed.sql(
        "SELECT kid FROM oauth.signing_key_timetable"
        " WHERE alg = 'RS256' AND state = 'published'")
    keyed.sql("SELECT oauth.withdraw_key(%s)", first)
    assert verify(keyed, id_token(keyed)).header["kid"] == following
    # Of the other algorithms nothing has changed.
    assert keyed.sql("SELECT count(*) FROM oauth.signing_key_timetable"
                     " WHERE state = 'published'") == [(3,)]


def test_of_two_that_wait_the_first_takes_its_place(keyed):
    for _ in range(2):
        assert postern(keyed, "key", "rotate").returncode == 0
    [[second], [third]] = keyed.sql(
        "SELECT kid FROM oauth.signing_key WHERE alg = 'RS256'"
        " AND generation > 1 ORDER BY generation")
    # One that only waits is withdrawn, and nothing else changes.
    keyed.sql("SELECT oauth.withdraw_key(%s)", third)
    assert sorted(states(keyed)) == ["published", "signing", "withdrawn"]
    keyed.sql("SELECT oauth.withdraw_key(kid) FROM oauth.signing_key"
              " WHERE alg = 'RS256' AND generation = 1")
    assert verify(keyed, id_token(keyed)).header["kid"] == second


def test_one_that_had_retired_stands_in_until_the_next_does(keyed):
    """And is published again, as whoever verifies needs it."""
    assert postern(keyed, "key", "rotate").returncode == 0
    keyed.sql("UPDATE oauth.signing_key SET sign_from = sign_from -"
              " interval '30 days'")
    [[first], [second]] = keyed.sql(
        "SELECT kid FROM oauth.signing_key WHERE alg = 'RS256'"
        " ORDER BY generation")
    assert states(keyed) == ["retired", "signing"]
    assert verify(keyed, id_token(keyed)).header["kid"] == second
    keyed.sql("SELECT oauth.withdraw_key(%s)", second)
    assert states(keyed) == ["signing", "withdrawn"]
    assert verify(keyed, id_token(keyed)).header["kid"] == first
    # It, too, can be withdrawn: then there is a new one at once.
    keyed.sql("SELECT oauth.withdraw_key(%s)", first)
    third = verify(keyed, id_token(keyed)).header["kid"]
    assert third not in (first, second)
    assert states(keyed) == ["withdrawn", "withdrawn", "signing"]


def test_withdrawing_what_is_not_there(keyed):
    with pytest.raises(Exception, match="no such key"):
        keyed.sql("SELECT oauth.withdraw_key('x')")


def test_a_key_that_can_not_be_opened_signs_nothing(keyed):
    """Attack 83: never unsigned output."""
    client = keyed.register_client(scope="openid profile")
    saved = keyed.sql("SELECT kid, private_jwk FROM oauth.signing_key"
                      " WHERE alg = 'RS256'")
    keyed.sql("UPDATE oauth.signing_key SET private_jwk = (SELECT"
              " private_jwk FROM oauth.signing_key WHERE alg = 'PS256')"
              " WHERE alg = 'RS256'")
    try:
        with pytest.raises(AssertionError, match="server_error"):
            flow(keyed, client, scope="openid")
        assert "id_token" not in flow(keyed, client, scope="profile")
    finally:
        for kid, sealed in saved:
            keyed.sql("UPDATE oauth.signing_key SET private_jwk = %s"
                      " WHERE kid = %s", sealed, kid)


def test_plain_cgi_makes_its_keys_with_the_first_request(make_stack):
    """No process lives long enough there to have chores."""
    stack = make_stack("lighttpd-cgi")
    assert jwks(stack) == []
    r = requests.get(stack.url + "/oauth/jwks", timeout=30)
    assert r.headers["Cache-Control"] == "no-store"
    token = id_token(stack)
    assert len(jwks(stack)) == 4
    assert verify(stack, token)
