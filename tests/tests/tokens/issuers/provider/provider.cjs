// An OpenID provider as others run it. Each line of its standard input is a set of private keys in PEM, the one that signs
// first: the provider is created again with them, at the same address. It ends with its input.

const { createPrivateKey } = require("node:crypto");
const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const { pathToFileURL } = require("node:url");

const AUDIENCES = { "https://reports.example": "reports:read reports:write", "https://other.example": "reports:read" };
const SECRET = "of-a-client-of-this-test";
const DAY = 24 * 60 * 60;

function configuration(keys) {
  const { alg, kid } = keys[0];
  return {
    jwks: { keys: keys.map(({ pem, ...names }) => ({ ...createPrivateKey(pem).export({ format: "jwk" }), ...names, use: "sig" })) },
    clients: ["worker", "admin"].map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
    })),
    clientDefaults: { id_token_signed_response_alg: alg },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({
          audience,
          scope: AUDIENCES[audience],
          accessTokenFormat: "jwt",
          jwt: { sign: { alg, kid } },
        }),
      },
    },
    ttl: { ClientCredentials: 2 * DAY },
    extraTokenClaims: (_, { clientId }) => ({ realm_access: { roles: clientId === "admin" ? ["Admin"] : ["unknown"] } }),
  };
}

async function main() {
  const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
  let handle;
  const server = createServer((request, response) => handle(request, response));
  await new Promise((listening) => server.listen(Number(process.argv[2]), "127.0.0.1", listening));
  const { port } = server.address();
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    handle = new Provider(`http://127.0.0.1:${port}`, configuration(JSON.parse(line))).callback();
    console.log(`serves ${port}`);
  });
  input.on("close", () => process.exit());
}

main();
