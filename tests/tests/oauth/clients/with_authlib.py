"""Authlib's clients, on requests and on httpx: login, automatic refresh, introspection, revocation."""

import json
import sys

import httpx
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

case = json.loads(sys.argv[1])
base = case["base"]


def check_metadata():
    answer = httpx.get(f"{base}/.well-known/oauth-authorization-server")
    metadata = AuthorizationServerMetadata(answer.raise_for_status().json())
    metadata.validate()
    assert metadata["grant_types_supported"] == ["refresh_token"], metadata


def check(client_class):
    refreshed = []
    session = client_class(
        case["client_id"],
        case["client_secret"],
        token_endpoint_auth_method=case["method"],
        revocation_endpoint_auth_method=case["method"],
        token_endpoint=f"{base}/auth/token",
        update_token=lambda token, refresh_token=None, access_token=None: refreshed.append(dict(token)),
        # Authlib refreshes a token that has less than this left, and the service's have less from the start.
        leeway=60,
    )

    try:
        session.fetch_token(f"{base}/auth/token", username=case["username"], password="wrong")
        raise AssertionError("a wrong password was let in")
    except OAuthError as error:
        assert error.error == "invalid_grant", error

    first = dict(session.fetch_token(f"{base}/auth/token", username=case["username"], password=case["password"]))
    assert first["expires_in"] < 60 and first["token_type"].lower() == "bearer", first

    # Each request finds the token about to expire, and refreshes it by itself.
    for times in (1, 2):
        answer = session.get(f"{base}{case['resource']}")
        assert answer.status_code == 200, answer.text
        assert len(refreshed) == times, f"{len(refreshed)} refreshes after {times} requests"
    tokens = {token["refresh_token"] for token in [first, *refreshed]}
    assert len(tokens) == 3, "a refresh token was not rotated"

    def introspect(token):
        answer = session.introspect_token(
            f"{base}/auth/introspect", token=token, headers={"X-API-Key": case["api_key"]}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    last = refreshed[-1]
    answer = introspect(last["access_token"])
    assert answer["active"] and answer["client_id"] == case["client_id"], answer
    assert introspect(last["refresh_token"])["active"]
    assert introspect(first["refresh_token"]) == {"active": False}

    answer = session.revoke_token(
        f"{base}/auth/revoke", token=last["refresh_token"], token_type_hint="refresh_token"
    )
    assert answer.status_code == 200, answer.text
    assert introspect(last["access_token"]) == {"active": False}
    answer = httpx.get(
        f"{base}{case['resource']}", headers={"Authorization": f"Bearer {last['access_token']}"}
    )
    assert answer.status_code == 401, answer.text
    try:
        session.refresh_token(f"{base}/auth/token", refresh_token=last["refresh_token"])
        raise AssertionError("a revoked token was refreshed")
    except OAuthError as error:
        assert error.error == "invalid_grant", error


check_metadata()
check(OAuth2Session)
check(OAuth2Client)
print("authlib ok")
