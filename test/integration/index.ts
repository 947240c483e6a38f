import { format } from 'node:util';
import Mocha from 'mocha';
import { runMocha } from '../vscode/runMocha';

/** Loaded one after the other once mocha has put `describe` and `it` in place. */
const suites = [
  () => import('./manifest.test'),
  () => import('./vscodeGit.test'),
  () => import('./builds.test'),
  () => import('./log.test'),
  () => import('./artifacts.test'),
  () => import('./requestTargets.test'),
  () => import('./agents.test'),
  () => import('./pipelines.test'),
  () => import('./liveUpdates.test'),
];

/** VS Code calls this inside the extension host and ends with a failure when it rejects. */
export async function run(): Promise<void> {
  const resultFile = process.env['INTEGRATION_RESULT_FILE'];
  if (resultFile === undefined) throw new Error('INTEGRATION_RESULT_FILE names no file.');
  const prefix = process.env['INTEGRATION_LINE_PREFIX'] ?? '';
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => console.log(prefix + format(...args));
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 60_000, forbidOnly: true, forbidPending: true });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const load of suites) await load();
  const { passed, failed } = await runMocha(mocha, 'integration', resultFile);
  if (failed > 0) throw new Error(`${failed} of ${passed + failed} tests failed`);
}
