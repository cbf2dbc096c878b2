const { run } = require('chromium.cjs');

const BODY = 'username=mallory%40example.com&password=three+words+and+a+comma';

run(async (browser, { own, other }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const count = async () => (await context.cookies(own)).length;
  await page.goto(`${other}/?target=${encodeURIComponent(`${own}/auth/login`)}&body=${encodeURIComponent(BODY)}`);
  const [refused] = await Promise.all([page.waitForResponse(`${own}/auth/login`), page.evaluate(() => send('no-cors'))]);
  console.log(`from another site: ${refused.status()}, ${await count()} cookies`);
  await page.goto(`${own}/.well-known/jwks.json`);
  const status = await page.evaluate(async (body) => {
    return (await fetch('/auth/login', { method: 'POST', body: new URLSearchParams(body) })).status;
  }, BODY);
  console.log(`own: ${status}, ${await count()} cookies`);
});
