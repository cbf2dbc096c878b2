// For scripts that drive Chromium: `require('chromium.cjs').run(async (browser, input) => { .. })`.
const { chromium } = require('playwright-core');

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// Calls `steps` with a browser and the script's argument, which is JSON. Prints `ok` at its end.
exports.run = async (steps) => {
  const input = JSON.parse(process.argv[2]);
  const args = [...ARGUMENTS, ...(input.arguments ?? [])];
  // Not in a sandbox of its own: tests run as root in containers, where Chromium cannot make one.
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, chromiumSandbox: false, args });
  try {
    await steps(browser, input);
    console.log('ok');
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
};
