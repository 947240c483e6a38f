import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInExtensionHost } from './extensionHost';
import type { Release } from './install';
import { projectRoot, resultsFolder } from './project';
import { type SuiteResult, writeResult } from './runMocha';
import { createWorkspace, plainGit } from './workspace';

/** Tells mocha's lines from all else that reaches the console of VS Code. */
const linePrefix = 'integration| ';

/** Runs test/integration inside a real VS Code: `integration.main.mjs newest|oldest`. */
async function main(release: Release): Promise<void> {
  const suite = `integration-${release}`;
  const resultFile = join(resultsFolder, `${suite}.json`);
  const others: string[] = [];
  const workspace = await createWorkspace();
  let result: SuiteResult = { suite, passed: 0, failed: 1 };
  try {
    await rm(resultFile, { force: true });
    const code = await runInExtensionHost({
      release,
      workspace: workspace.folder,
      // A test opens a repository outside of the folder, for which the oldest VS Code would ask.
      settings: { 'git.openRepositoryInParentFolders': 'always' },
      developmentPath: projectRoot,
      testsPath: join(projectRoot, 'out', 'test', 'integration', 'index.js'),
      env: { ...plainGit, INTEGRATION_RESULT_FILE: resultFile, INTEGRATION_LINE_PREFIX: linePrefix },
      log: (line) => (line.startsWith(linePrefix) ? console.log(line.slice(linePrefix.length)) : others.push(line)),
    });
    result = { ...(await readResult(resultFile, code)), suite };
  } catch (error) {
    console.error(`The integration tests on the ${release} VS Code failed. ${String(error)}`);
  } finally {
    await workspace.remove();
  }
  writeResult(resultFile, result);
  await tellTheRest(others, result.failed > 0, join(resultsFolder, `${suite}.log`));
  process.exitCode = result.failed === 0 ? 0 : 1;
}

/** Whatever ends VS Code with a failure counts, even when every test that ran has passed. */
async function readResult(file: string, code: number): Promise<SuiteResult> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error('VS Code ended before mocha reported anything.', { cause });
  });
  const result = JSON.parse(text) as SuiteResult;
  if (result.passed + result.failed === 0) throw new Error('No test ran.');
  return code === 0 ? result : { ...result, failed: Math.max(1, result.failed) };
}

/** What the workbench and the extension host logged goes into a file, and on the screen where it can explain a failure. */
async function tellTheRest(lines: readonly string[], failed: boolean, file: string): Promise<void> {
  await writeFile(file, `${lines.join('\n')}\n`);
  if (failed && lines.length > 0)
    console.error(`\nThe last lines that VS Code logged (all of them: ${file}):\n${lines.slice(-60).join('\n')}`);
}

const [release] = process.argv.slice(2);
if (release === 'newest' || release === 'oldest') await main(release);
else throw new Error('Say which VS Code: newest or oldest.');
