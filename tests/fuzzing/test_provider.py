"""Whatever an OpenID Connect provider answers, somebody is let in or not, and nothing fails."""

import json
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import hypothesis
import pytest
from hypothesis import strategies as st

from app.errors import RingmasterError
from app.identity_provider.provider import Attempt, Provider
from app.rules.ways_to_sign_in.access import access_of
from app.rules.ways_to_sign_in.reading import read_ways
from tests.fuzzing.mutations import NASTY_TEXTS, mutated_texts
from tests.oidc_provider import CLIENT, SECRET, OidcProvider, running_provider

FEW, MANY = 20, 300
BACK = "https://phones.example.com/login/oidc/corp/back"
WAY = """[[oidc]]\nid = "corp"\nname = "Corp"\nissuer = "{issuer}"\nclient_id = "{client}"
[[oidc.access]]\ngroup = "berlin"\nrole = "Operator"\ntenants = "all"\n"""

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.sampled_from(NASTY_TEXTS),
    st.sampled_from(("https://[", "https://[::1", "http://127.0.0.1:99999/", "RSA", "AQAB", "oct", CLIENT)),
)  # fmt: skip
_names = st.sampled_from(
    ("kty", "n", "e", "kid", "alg", "use", "k", "keys", "sub", "groups", "iss", "aud", "exp", "x5c")
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4)
)


def _changed(names: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(names), _values, max_size=2)


ANSWERS = st.fixed_dictionaries({
    "metadata": _changed((
        "issuer", "token_endpoint", "jwks_uri", "userinfo_endpoint", "token_endpoint_auth_methods_supported",
        "authorization_endpoint", "end_session_endpoint", "authorization_response_iss_parameter_supported",
    )),
    "claims": _changed(("iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "sub", "groups", "amr", "acr", "email")),
    "key": st.one_of(st.just(None), _values),
    "token": st.one_of(st.just(None), mutated_texts(["a.b.c", "eyJhbGciOiJub25lIn0.e30."])),
    "all": st.one_of(st.just(None), st.just(None), _values.map(lambda value: json.dumps(value).encode()), st.binary()),
})  # fmt: skip


@pytest.fixture(scope="module")
def provider():
    with running_provider() as running:
        running.claims = {"sub": "7f-1", "groups": ["berlin"]}
        yield running


def test_answers_of_a_provider_are_judged(provider: OidcProvider):
    assert sign_in_often(provider, FEW) >= FEW


@pytest.mark.acceptance
def test_many_answers_of_a_provider_are_judged(provider: OidcProvider, record_property: Callable[..., None]):
    record_property("sign-ins", sign_in_often(provider, MANY))


def sign_in_often(provider: OidcProvider, times: int) -> int:
    """Sign in so often, each time with other answers; return how often."""
    tried, key = 0, provider.key
    sentences: list[str] = []

    def sign_in(answers: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        provider.change_metadata = lambda metadata: metadata | answers["metadata"]
        provider.change_claims = lambda claims: claims | answers["claims"]
        provider.change_token = lambda token: token if answers["token"] is None else answers["token"]
        provider.answers_with = None
        (read,) = read_ways(WAY.format(issuer=provider.issuer, client=CLIENT)).providers
        way = replace(read, client_secret=SECRET)
        here, attempt = Provider(way), Attempt("state", "nonce", "v" * 43)
        try:
            asked = dict(parse_qsl(urlsplit(here.address_to_sign_in(attempt, BACK)).query))
            code = dict(parse_qsl(urlsplit(provider.authorize(asked)).query))["code"]
            if answers["key"] is not None:
                provider.key = SimpleNamespace(as_dict=lambda **_: answers["key"], kid="k")
                provider.signing_key = key
            provider.answers_with = answers["all"]
            here.check_issuer(None)
            claims = here.claims_for(code, attempt, BACK)
            access_of(way.groups_in(claims), way.access)
            here.address_to_sign_out(BACK)
        except RingmasterError as error:
            sentences.append(str(error))
        finally:
            provider.key, provider.signing_key, provider.answers_with = key, None, None
        assert SECRET not in "".join(sentences[-1:])

    settings = hypothesis.settings(
        max_examples=times, database=None, deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    settings(hypothesis.given(answers=ANSWERS)(sign_in))()
    return tried
