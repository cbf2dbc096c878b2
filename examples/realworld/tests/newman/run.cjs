// Sends a Postman collection to an API: `node run.cjs COLLECTION URL`. Prints what failed, and then the counts as JSON.
const newman = require('newman');

const [collection, url] = process.argv.slice(2);
const globals = { APIURL: url, USERNAME: 'jake', EMAIL: 'jake@example.com', PASSWORD: 'jake the password' };
const globalVar = Object.entries(globals).map(([key, value]) => ({ key, value }));

newman.run({ collection: require(collection), globalVar, timeoutRequest: 60000 }, (error, { run } = {}) => {
  if (error) throw error;
  for (const { source, error } of run.failures) console.log(`${source.name}: ${error.test ?? error.name}: ${error.message}`);
  const { requests, assertions } = run.stats;
  console.log(JSON.stringify({ requests, assertions, failures: run.failures.length }));
});
