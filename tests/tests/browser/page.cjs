const { run } = require('chromium.cjs');

run(async (browser, { url }) => {
  const page = await browser.newPage();
  await page.goto(url);
  console.log(await page.title());
});
