const { run } = require('chromium.cjs');

run(async (browser, { url, username, password, screenshots }) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  let refused = 0;
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) {
      refused += 1;
      console.error(message.text());
    }
  });
  await page.goto(`${url}/docs`);
  const operation = page.locator('#operations-users-me');
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('.try-out__btn').click();
  const execute = async () => {
    const answer = page.waitForResponse((response) => response.url().endsWith('/users/me'));
    await operation.locator('.execute').click();
    const response = await answer;
    return [response.status(), await response.json()];
  };
  console.log(`before: ${(await execute())[0]}`);
  console.log(`choices of a server: ${await page.locator('.servers').count()}`);
  await page.locator('.auth-wrapper .authorize').click();
  const login = page.locator('.auth-container', { hasText: 'Flow: password' }).last();
  await login.locator('#oauth_username').fill(username);
  await login.locator('#oauth_password').fill(password);
  await login.evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await page.screenshot({ path: `${screenshots}/swagger-ui-authorize.png` });
  await login.locator('.auth-btn-wrapper .authorize').click();
  await login.locator('.auth-btn-wrapper button:has-text("Logout")').waitFor();
  await page.locator('.auth-btn-wrapper .btn-done').first().click();
  const [status, user] = await execute();
  console.log(`after: ${status} ${user.email}`);
  await operation.locator('.responses-table.live-responses-table').waitFor();
  await operation.scrollIntoViewIfNeeded();
  await page.screenshot({ path: `${screenshots}/swagger-ui.png` });
  console.log(`refused by the policy: ${refused}`);
});
