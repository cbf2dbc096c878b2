// A client of the Model Context Protocol, which knows the address of its server and nothing else. It prints what it did.
const { Client } = require('@modelcontextprotocol/sdk/client/index.js');
const { StreamableHTTPClientTransport } = require('@modelcontextprotocol/sdk/client/streamableHttp.js');
const { UnauthorizedError } = require('@modelcontextprotocol/sdk/client/auth.js');

const { server } = JSON.parse(process.argv[2]);

// Its user logs in at once, and the browser is sent back with a code.
class User {
  redirectUrl = 'http://127.0.0.1:1/callback';
  clientMetadata = { client_name: 'test', redirect_uris: [this.redirectUrl], token_endpoint_auth_method: 'none' };
  clientInformation = () => this.client;
  saveClientInformation = (client) => { this.client = client; };
  tokens = () => this.token;
  saveTokens = (tokens) => { this.token = tokens; };
  saveCodeVerifier = (verifier) => { this.verifier = verifier; };
  codeVerifier = () => this.verifier;
  async redirectToAuthorization(url) {
    console.log(`asked ${url.origin} for [${url.searchParams.get('scope')}] of ${url.searchParams.get('resource')}`);
    const answer = await fetch(url, { redirect: 'manual' });
    this.code = new URL(answer.headers.get('location')).searchParams.get('code');
  }
}

const user = new User();

async function connected() {
  const transport = new StreamableHTTPClientTransport(new URL(server), { authProvider: user });
  const client = new Client({ name: 'test', version: '1' });
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    await transport.finishAuth(user.code);
    return connected();
  }
  return [client, transport];
}

(async () => {
  const [client, transport] = await connected();
  const call = async (name) => {
    try {
      return await client.callTool({ name, arguments: {} });
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await transport.finishAuth(user.code);
      return client.callTool({ name, arguments: {} });
    }
  };
  for (const name of ['read', 'write']) {
    console.log(`${name}: ${(await call(name)).content[0].text}`);
  }
  await client.close();
  console.log('ok');
})().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
