"""Tokens as FastAPI applications make them, by PyJWT and by python-jose. The case comes as JSON on standard input, the
tokens go as JSON to standard output: for each library an access, a refresh and an expired token."""

import json
import sys
from datetime import datetime, timedelta, timezone

import jwt as pyjwt
from jose import jwt as jose

case = json.load(sys.stdin)


def create_token(library, kind, lifetime):
    expire = datetime.now(timezone.utc) + lifetime
    claims = {"sub": case["sub"], "exp": expire, "type": kind, "iat": datetime.now(timezone.utc)}
    return library.encode(claims, case["secret"], algorithm="HS256")


def tokens(library):
    return {
        "access": create_token(library, "access", timedelta(minutes=30)),
        "refresh": create_token(library, "refresh", timedelta(days=7)),
        "expired": create_token(library, "access", timedelta(minutes=-1)),
    }


json.dump({"PyJWT": tokens(pyjwt), "python-jose": tokens(jose)}, sys.stdout)
