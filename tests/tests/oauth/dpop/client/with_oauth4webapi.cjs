// oauth4webapi with DPoP: discovery, a login, requests, refreshes, and the errors of refused requests.
const assert = require("node:assert/strict");
const oauth = require("oauth4webapi");

const { base, client_id, username, password, resource } = JSON.parse(process.argv[2]);
// The service is on loopback, without TLS.
const http = { [oauth.allowInsecureRequests]: true };
const client = { client_id };
const none = oauth.None();

const use = (token, options) =>
  oauth.protectedResourceRequest(token, "GET", new URL(resource, base), undefined, undefined, { ...options, ...http });

// The challenges of a refusal, by scheme.
async function refused(request) {
  const error = await request.then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, String(error));
  assert.equal(error.status, 401);
  return Object.fromEntries(error.cause.map(({ scheme, parameters }) => [scheme, parameters]));
}

async function main() {
  const issuer = new URL(base);
  const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...http });
  const as = await oauth.processDiscoveryResponse(issuer, found);

  for (const alg of as.dpop_signing_alg_values_supported) {
    const DPoP = oauth.DPoP(client, await oauth.generateKeyPair(alg === "EdDSA" ? "Ed25519" : alg));
    const grant = { username, password };
    const login = await oauth.genericTokenEndpointRequest(as, client, none, "password", grant, { DPoP, ...http });
    let tokens = await oauth.processGenericTokenEndpointResponse(as, client, login);
    for (let refreshes = 0; refreshes < 3; refreshes += 1) {
      assert.equal(tokens.token_type, "dpop");
      for (let requests = 0; requests < 3; requests += 1) {
        assert.equal((await use(tokens.access_token, { DPoP })).status, 200);
      }
      const refresh = await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token, { DPoP, ...http });
      tokens = await oauth.processRefreshTokenResponse(as, client, refresh);
    }

    const stolen = await refused(use(tokens.access_token));
    assert.equal(stolen.bearer.error, "invalid_token");
    assert.equal(stolen.dpop.error, "invalid_token");
    assert.deepEqual(stolen.dpop.algs.split(" "), as.dpop_signing_alg_values_supported);
    const thief = { DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
    assert.equal((await refused(use(tokens.access_token, thief))).dpop.error, "invalid_token");
    const theft = await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token, { ...thief, ...http });
    await assert.rejects(oauth.processRefreshTokenResponse(as, client, theft), { error: "invalid_grant", status: 400 });
  }
  console.log("oauth4webapi ok");
}

main();
