"""What the server signs, and the keys it publishes, before other people's JOSE:
jose (libjose, on OpenSSL), rnbyc (rhonabwy, on GnuTLS and nettle), jwcrypto
and Authlib (on cryptography)."""
import base64
import json
import subprocess

import pytest
import requests
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import JoseError
from jwcrypto import jwk, jwt
from jwcrypto.common import JWException
from postern_stack import flow, remember

ALGS = ["RS256", "PS256", "ES256", "EdDSA"]
REDIRECT_URI = "https://client.test/cb"


def keys_of(stack):
    return requests.get(stack.url + "/oauth/jwks", timeout=30).text


@pytest.fixture(scope="module", name="signed")
def fixture_signed(stack):
    """signed(alg) -> {what: JWT}, made once for each algorithm."""
    made = {}

    def make(alg):
        client = stack.register_client(
            scope="openid profile email", id_token_signed_response_alg=alg,
            userinfo_signed_response_alg=alg, access_token_format="jwt",
            access_token_signed_response_alg=alg)
        got = flow(stack, client, stack.create_user(name="Ada"),
                   redirect_uri=REDIRECT_URI, scope="openid profile",
                   nonce="n-" + alg)
        remember(got["id_token"])
        userinfo = requests.get(
            stack.url + "/oauth/userinfo", timeout=30, headers={
                "Authorization": "Bearer " + got["access_token"]})
        assert userinfo.status_code == 200, userinfo.headers
        assert userinfo.headers["Content-Type"] == "application/jwt"
        return {"id_token": got["id_token"], "userinfo": userinfo.text,
                "access_token": got["access_token"]}

    def get(alg):
        if alg not in made:
            made[alg] = make(alg)
        return made[alg]

    return get


def run(*command):
    return subprocess.run(command, capture_output=True, text=True,
                          timeout=30, check=False)


def by_jose(token, keys, tmp_path):
    (tmp_path / "keys").write_text(keys)
    (tmp_path / "token").write_text(token)
    done = run("jose", "jws", "ver", "-i", tmp_path / "token", "-k",
               tmp_path / "keys", "-O", "-")
    return json.loads(done.stdout) if done.returncode == 0 else None


def by_rnbyc(token, keys, tmp_path):
    (tmp_path / "keys").write_text(keys)
    done = run("rnbyc", "-t", token, "-P", tmp_path / "keys")
    first, _, rest = done.stdout.partition("\n")
    return json.loads(rest) if done.returncode == 0 \
        and first == "Token signature verified" else None


def by_jwcrypto(token, keys, _):
    try:
        checked = jwt.JWT(jwt=token, key=jwk.JWKSet.from_json(keys),
                          algs=ALGS)
    except JWException:
        return None
    return json.loads(checked.claims)


def by_authlib(token, keys, _):
    try:
        return dict(JsonWebToken(ALGS).decode(
            token, JsonWebKey.import_key_set(json.loads(keys))))
    except JoseError:
        return None


TOOLS = {"jose": by_jose, "rnbyc": by_rnbyc, "jwcrypto": by_jwcrypto,
         "authlib": by_authlib}


def payload_of(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def spoil(token, which):
    """Another first character of the payload or of the signature."""
    parts = token.split(".")
    parts[which] = ("A" if parts[which][0] != "A" else "B") + parts[which][1:]
    return ".".join(parts)


@pytest.mark.parametrize("what", ["id_token", "access_token", "userinfo"])
@pytest.mark.parametrize("alg", ALGS)
@pytest.mark.parametrize("tool", TOOLS)
def test_signature(stack, signed, tmp_path, tool, alg, what):
    # pylint: disable=too-many-arguments,too-many-positional-arguments
    if (tool, alg) == ("jose", "EdDSA"):
        assert "EdDSA" not in run("jose", "alg", "-k", "sign").stdout
        return
    verify, token, keys = TOOLS[tool], signed(alg)[what], keys_of(stack)
    assert verify(token, keys, tmp_path) == payload_of(token)
    assert payload_of(token)["iss"] == stack.url
    assert verify(spoil(token, 2), keys, tmp_path) is None
    # Another's keys, of the same names.
    others = {"keys": [{**key, **new_key(key)}
                       for key in json.loads(keys)["keys"]]}
    assert verify(token, json.dumps(others), tmp_path) is None


def new_key(key):
    made = jwk.JWK.generate(**{
        "RSA": {"kty": "RSA", "size": 2048},
        "EC": {"kty": "EC", "crv": "P-256"},
        "OKP": {"kty": "OKP", "crv": "Ed25519"}}[key["kty"]])
    return {k: v for k, v in made.export_public(as_dict=True).items()
            if k != "kid"}


def test_headers(signed):
    """What says which kind of token it is (RFC 9068 section 2.1)."""
    for alg in ALGS:
        for what, token in signed(alg).items():
            part = token.split(".")[0]
            header = json.loads(base64.urlsafe_b64decode(
                part + "=" * (-len(part) % 4)))
            assert header["alg"] == alg
            assert (header.get("typ") == "at+jwt") == (what == "access_token")


def test_published_keys(stack, tmp_path):
    """Public, each for one algorithm, and named by its thumbprint."""
    keys = json.loads(keys_of(stack))["keys"]
    assert {key["alg"] for key in keys} == set(ALGS)
    for key in keys:
        assert key["use"] == "sig"
        assert not set(key) & {"d", "p", "q", "dp", "dq", "qi", "k"}
        assert key["kid"] == jwk.JWK(**key).thumbprint()
        if key["kty"] == "OKP":
            continue
        (tmp_path / "key").write_text(json.dumps(key))
        said = run("jose", "jwk", "thp", "-i", tmp_path / "key")
        assert said.stdout.strip() == key["kid"], said.stderr


def test_rnbyc_reads_all_of_them(stack, tmp_path):
    """Each key as PEM: it is a key, and no other than the document's."""
    (tmp_path / "keys").write_text(keys_of(stack))
    done = run("rnbyc", "-j", "-f", tmp_path / "keys", "-F", "PEM")
    count = len(json.loads(keys_of(stack))["keys"])
    assert done.returncode == 0
    assert done.stdout.count("BEGIN PUBLIC KEY") == count
