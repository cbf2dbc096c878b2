const { run } = require('chromium.cjs');

run(async (browser, { url, screenshots }) => {
  let refused = 0;
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) {
          refused += 1;
          console.error(message.text());
        }
      });
      await page.goto(`${url}/policy`);
      const needed = await page.evaluate(() => document.documentElement.scrollWidth);
      console.log(`${width} ${needed <= width ? 'fits' : `needs ${needed}`}`);
      await page.screenshot({ path: `${screenshots}/policy-${colorScheme}-${width}.png` });
      await page.getByRole('button', { name: 'Find equivalent, unused and redundant' }).click();
      await page.waitForURL(/review=/);
      const answered = await page.evaluate(() => document.documentElement.scrollWidth);
      console.log(`${width} ${answered <= width ? 'answers fit' : `answers need ${answered}`}`);
      await page.screenshot({ path: `${screenshots}/policy-review-${colorScheme}-${width}.png` });
      await page.close();
    }
  }
  const page = await browser.newPage();
  await page.goto(`${url}/policy`);
  await page.getByLabel('Contains').fill('/reports');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.waitForURL(/q=/);
  console.log(`filtered: ${await page.locator('tbody tr').count()}`);
  console.log(`refused by the policy: ${refused}`);
  await page.getByRole('button', { name: 'Find equivalent, unused and redundant' }).click();
  await page.waitForURL(/review=/);
  const of = (what) => page.locator(`h3:has-text("${what} that no requirement names") + ul li`).allTextContents();
  console.log(`unused: ${[...await of('Roles'), ...await of('Scopes')].join(' ')}`);
});
