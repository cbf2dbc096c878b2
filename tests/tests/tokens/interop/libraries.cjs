// jose reads a token of ours and makes one of its own. The case comes as JSON on standard input, what it said goes as
// JSON to standard output.

const jose = require("jose");
const { readFileSync } = require("node:fs");

const input = JSON.parse(readFileSync(0, "utf8"));
const symmetric = input.alg === "HS256";
const key = (text) => (symmetric ? new TextEncoder().encode(text) : jose.importPKCS8(text, input.alg));
const set = symmetric ? key(input.key) : jose.createRemoteJWKSet(new URL(input.jwks));

async function verify(token) {
  const { payload } = await jose.jwtVerify(token, set, {
    algorithms: [input.alg],
    issuer: input.issuer,
    audience: input.audience,
    typ: "at+jwt",
    requiredClaims: ["exp", "iat", "sub", "jti"],
  });
  return payload;
}

async function refuses(token) {
  try {
    await verify(token);
  } catch (error) {
    return error instanceof jose.errors.JWSSignatureVerificationFailed;
  }
  return false;
}

async function sign(text) {
  const header = { alg: input.alg, typ: "at+jwt", kid: input.kid };
  return new jose.SignJWT(input.claims).setProtectedHeader(header).sign(await key(text));
}

(async () => {
  const said = {
    claims: await verify(input.token),
    refuses_tampered: await refuses(input.tampered),
    token: await sign(input.key),
    of_wrong_key: await sign(input.wrong_key),
  };
  process.stdout.write(JSON.stringify({ jose: said }));
})();
