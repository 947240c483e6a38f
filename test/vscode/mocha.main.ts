import { join } from 'node:path';
import Mocha from 'mocha';
import { resultsFolder } from './project';
import { runMocha } from './runMocha';

/** Runs one suite in this process: `mocha.main.mjs SUITE SECONDS FILE…`, with so many seconds for each test. */
const [suite, seconds, ...files] = process.argv.slice(2);
if (suite === undefined) throw new Error('Say which suite.');
// Where nobody watches, thousands of titles would hide the few that matter.
const reporter = process.env['CI'] === undefined ? 'spec' : 'dot';
const timeout = Number(seconds) * 1000;
const mocha = new Mocha({ ui: 'bdd', reporter, timeout, forbidOnly: true, forbidPending: true });
for (const file of files) mocha.addFile(file);
await mocha.loadFilesAsync();
const { passed, failed } = await runMocha(mocha, suite, join(resultsFolder, `${suite}.json`));
if (passed + failed === 0) console.error(`The suite ${suite} has no tests.`);
// A test that left a timer or a server open would keep the process alive: it has had its result.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
