// A user without scripts: JavaScript is off.
const assert = require('node:assert');
const { run } = require('chromium.cjs');

const EMAIL = 'ada@example.com';
const PASSWORD = 'three words and a comma';

run(async (browser, { url, screenshots }) => {
  const visit = async (button) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const response = await page.goto(`${url}/`);
    // Led to the login page, and back afterwards.
    assert.strictEqual(new URL(page.url()).pathname, '/login');
    assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
    await page.fill('[name=email]', EMAIL);
    await page.fill('[name=password]', PASSWORD);
    if (button === 'Register') await page.screenshot({ path: `${screenshots}/browser-app-login.png` });
    await page.click(`button:text-is("${button}")`);
    await page.waitForURL(`${url}/`);
    return { context, page };
  };
  const first = await visit('Register');
  const second = await visit('Log in');
  await first.page.reload();
  assert.strictEqual(await first.page.locator('tr').count(), 3, 'a heading and two sessions');
  await first.page.screenshot({ path: `${screenshots}/browser-app-sessions.png` });

  const cookies = await first.context.cookies();
  const flags = cookies.map(({ name, httpOnly, secure, sameSite }) => [name, httpOnly, secure, sameSite].join(' ')).sort();
  assert.deepStrictEqual(flags, [
    '__Host-access true true Lax',
    '__Host-csrf false true Lax',
    '__Host-refresh true true Lax',
  ]);

  // The access cookie has ended: the session goes on.
  await first.context.clearCookies({ name: '__Host-access' });
  await first.page.reload();
  assert.strictEqual(await first.page.locator('h1').textContent(), 'Sessions');
  assert.ok((await first.context.cookies()).some(({ name }) => name === '__Host-access'));

  await first.page.click('button:text-is("End")');
  await first.page.waitForURL(`${url}/`);
  assert.strictEqual(await first.page.locator('tr').count(), 2, 'the other session has ended');
  await second.page.reload();
  await second.page.reload();
  assert.strictEqual(new URL(second.page.url()).pathname, '/login', 'the ended session');

  await first.page.click('button:text-is("Log out")');
  await first.page.waitForURL(`${url}/login`);
  assert.deepStrictEqual(await first.context.cookies(), []);
  await first.page.goto(`${url}/`);
  assert.strictEqual(new URL(first.page.url()).pathname, '/login');

  await first.page.fill('[name=email]', EMAIL);
  await first.page.fill('[name=password]', 'a wrong password');
  await first.page.click('button >> nth=0');
  await first.page.waitForSelector('[role=alert]');
  await first.page.screenshot({ path: `${screenshots}/browser-app-wrong-password.png` });
  console.log('logged out');
});
