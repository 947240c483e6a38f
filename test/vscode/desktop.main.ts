import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { serverEnvironment } from './environment';
import { cacheFolder, projectRoot, resultsFolder } from './project';
import type { SuiteResult } from './runMocha';
import { createWorkspace, plainGit } from './workspace';

/** Runs test/integration in the newest desktop VS Code, where that can be downloaded. */
async function main(): Promise<void> {
  const executable = await download();
  const resultFile = join(resultsFolder, 'integration-desktop.json');
  await rm(resultFile, { force: true });
  const workspace = await createWorkspace();
  try {
    const code = await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: projectRoot,
      extensionTestsPath: join(projectRoot, 'out', 'test', 'integration', 'index.js'),
      launchArgs: [workspace.folder, '--disable-workspace-trust', '--skip-welcome'],
      extensionTestsEnv: { ...leftOut(), ...plainGit, INTEGRATION_RESULT_FILE: resultFile },
    });
    const { passed } = JSON.parse(await readFile(resultFile, 'utf8')) as SuiteResult;
    process.exitCode = code === 0 && passed > 0 ? 0 : 1;
  } finally {
    await workspace.remove();
  }
}

async function download(): Promise<string> {
  try {
    return await downloadAndUnzipVSCode({ version: 'stable', cachePath: cacheFolder });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`The desktop tests did not run: VS Code cannot be downloaded here (${reason}).`);
    process.exit(1);
  }
}

/** test-electron passes on our whole environment; this takes out what startVSCode leaves out. */
function leftOut(): Record<string, undefined> {
  const kept = serverEnvironment(process.env);
  return Object.fromEntries(Object.keys(process.env).flatMap((name) => (name in kept ? [] : [[name, undefined]])));
}

await main();
