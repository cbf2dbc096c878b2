"""requests-oauthlib's session: login, automatic refresh, introspection, revocation."""

import json
import sys

import requests
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

case = json.loads(sys.argv[1])
base = case["base"]

# How this library authenticates its client, at login and at each refresh.
if case["method"] == "client_secret_basic":
    auth = HTTPBasicAuth(case["client_id"], case["client_secret"])
    in_body = {}
    with_request = {"client_id": case["client_id"], "client_secret": case["client_secret"]}
elif case["method"] == "client_secret_post":
    auth = None
    in_body = {"client_id": case["client_id"], "client_secret": case["client_secret"]}
    with_request = {}
else:
    auth = None
    in_body = {"client_id": case["client_id"]}
    with_request = {}

refreshed = []
session = OAuth2Session(
    client=LegacyApplicationClient(client_id=case["client_id"]),
    auto_refresh_url=f"{base}/auth/token",
    auto_refresh_kwargs=in_body,
    token_updater=refreshed.append,
)


def login(password):
    return session.fetch_token(
        f"{base}/auth/token",
        username=case["username"],
        password=password,
        auth=auth,
        client_secret=case["client_secret"] if auth is None else None,
        include_client_id=auth is None,
    )


try:
    login("wrong")
    raise AssertionError("a wrong password was let in")
except InvalidGrantError:
    pass

first = dict(login(case["password"]))
assert session.get(f"{base}{case['resource']}").status_code == 200
assert refreshed == [], "a token that has not expired was refreshed"

# As after its lifetime: the next request refreshes by itself.
session.token = {**first, "expires_in": -1, "expires_at": 1}
answer = session.get(f"{base}{case['resource']}", **with_request)
assert answer.status_code == 200, answer.text
assert len(refreshed) == 1 and refreshed[0]["refresh_token"] != first["refresh_token"], refreshed


def introspect(token):
    answer = requests.post(
        f"{base}/auth/introspect", data={"token": token}, headers={"X-API-Key": case["api_key"]}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


last = refreshed[-1]
answer = introspect(last["access_token"])
assert answer["active"] and answer["client_id"] == case["client_id"], answer
assert introspect(first["refresh_token"]) == {"active": False}

# oauthlib wants https to prepare this; the service listens on loopback.
_, headers, body = session._client.prepare_token_revocation_request(
    "https://service.example/auth/revoke", last["refresh_token"], **in_body
)
answer = requests.post(f"{base}/auth/revoke", data=body, headers=headers, auth=auth)
assert answer.status_code == 200, answer.text
assert introspect(last["access_token"]) == {"active": False}
try:
    session.refresh_token(f"{base}/auth/token", refresh_token=last["refresh_token"], auth=auth, **in_body)
    raise AssertionError("a revoked token was refreshed")
except InvalidGrantError:
    pass
print("requests-oauthlib ok")
