"""PyJWT and Authlib read a token of ours and make one of theirs. The case comes as JSON on standard input, what they
said goes as JSON to standard output."""

import json
import sys
import urllib.request
from functools import partial
from types import SimpleNamespace

import jwt as pyjwt
from authlib.oauth2.rfc6750.errors import InvalidTokenError
from authlib.oauth2.rfc9068 import JWTBearerTokenValidator, token_validator
from joserfc import jwk
from joserfc import jwt as joserfc

case = json.load(sys.stdin)
ALG, ISSUER, AUDIENCE = case["alg"], case["issuer"], case["audience"]
SYMMETRIC = ALG == "HS256"
HEADER = {"typ": "at+jwt", "kid": case["kid"]}


class WithPyjwt:
    def __init__(self):
        self.client = pyjwt.PyJWKClient(case["jwks"])

    def verify(self, token):
        key = case["key"] if SYMMETRIC else self.client.get_signing_key_from_jwt(token).key
        required = ["exp", "iat", "iss", "aud", "sub", "jti"]
        return pyjwt.decode(
            token, key, algorithms=[ALG], audience=AUDIENCE, issuer=ISSUER, options={"require": required}
        )

    def refuses(self, token):
        try:
            self.verify(token)
        except pyjwt.InvalidSignatureError:
            return True
        return False

    def sign(self, key):
        return pyjwt.encode(case["claims"], key, algorithm=ALG, headers=HEADER)


class Validator(JWTBearerTokenValidator):
    """Authlib's validator of RFC 9068 unchanged, with the URL of the keys."""

    def get_jwks(self):
        if SYMMETRIC:
            return {"keys": [import_key(case["key"]).as_dict(kid=case["kid"])]}
        with urllib.request.urlopen(case["jwks"]) as answer:
            return json.load(answer)


# It has no setting for algorithms and takes those that its JOSE library recommends, of which PS256 and EdDSA are none.
# Everything else about it stays.
if ALG in ("PS256", "EdDSA"):
    token_validator.jwt = SimpleNamespace(decode=partial(joserfc.decode, algorithms=[ALG]))


class WithAuthlib:
    def __init__(self):
        self.validator = Validator(issuer=ISSUER, resource_server=AUDIENCE)

    def verify(self, token):
        claims = self.validator.authenticate_token(token)
        self.validator.validate_token(claims, [], None)
        return dict(claims)

    def refuses(self, token):
        try:
            self.verify(token)
        except InvalidTokenError:
            return True
        return False

    def sign(self, key):
        return joserfc.encode({"alg": ALG, **HEADER}, case["claims"], import_key(key), algorithms=[ALG])


def import_key(text):
    kind = {"HS256": "oct", "RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}[ALG]
    return jwk.import_key(text, kind)


def said(library):
    return {
        "claims": library.verify(case["token"]),
        "refuses_tampered": library.refuses(case["tampered"]),
        "token": library.sign(case["key"]),
        "of_wrong_key": library.sign(case["wrong_key"]),
    }


json.dump({"PyJWT": said(WithPyjwt()), "Authlib": said(WithAuthlib())}, sys.stdout)
