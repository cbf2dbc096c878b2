"""PyJWT reads a token of ours and makes one of its own. The case comes as JSON on standard input, what it
said goes as JSON to standard output."""

import json
import sys

import jwt as pyjwt

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


def said(library):
    return {
        "claims": library.verify(case["token"]),
        "refuses_tampered": library.refuses(case["tampered"]),
        "token": library.sign(case["key"]),
        "of_wrong_key": library.sign(case["wrong_key"]),
    }


json.dump({"PyJWT": said(WithPyjwt())}, sys.stdout)
