// Requests of the service's own pages, and of pages of another site and another origin.
const { run } = require('chromium.cjs');

run(async (browser, { own, cross_site, same_site, screenshots }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${own}/start`);
  const submit = async () => {
    const [response] = await Promise.all([page.waitForNavigation(), page.click('button')]);
    return response;
  };

  await page.goto(`${own}/page`);
  const changed = await submit();
  console.log(`own form: ${changed.status()} ${await changed.text()}`);
  await page.goto(`${own}/page`);
  const fetched = await page.evaluate(async () => {
    const response = await fetch('/change', { method: 'POST' });
    return `${response.type} ${response.status}`;
  });
  console.log(`own fetch: ${fetched}`);

  for (const [name, site] of Object.entries({ cross_site, same_site })) {
    const attack = `${site}/?target=${encodeURIComponent(`${own}/change`)}`;
    await page.goto(attack);
    const refused = await submit();
    const sent = await refused.request().allHeaders();
    if (!sent.cookie) throw new Error(`${name}: Chromium did not send the cookie, so nothing was tested`);
    console.log(`${name} form: ${refused.status()}`);
    await page.screenshot({ path: `${screenshots}/${name}-form.png` });
    await page.goto(attack);
    const [answer, type] = await Promise.all([page.waitForResponse(`${own}/change`), page.evaluate(() => send('no-cors'))]);
    // Chromium leaves out cookies of another site here, so that there is no credential.
    const status = name === 'cross_site' && answer.status() === 401 ? 'without a cookie' : answer.status();
    console.log(`${name} fetch: ${type.split(' ')[0]} ${status}`);
  }
});
