import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runInExtensionHost } from './extensionHost';
import type { Release } from './install';
import { temporaryFolder } from './temporaryFolder';

export interface ActivationOptions {
  readonly release: Release;
  /** The folder of a built extension. */
  readonly developmentPath: string;
  /** How many fresh VS Codes to start. */
  readonly runs: number;
}

interface Manifest {
  readonly publisher: string;
  readonly name: string;
}

/**
 * Milliseconds from asking for the activation of an extension until it is active, one number for each fresh VS Code.
 * Timed by the clock of the extension host around `activate()`: that covers loading the code and running it, as the
 * times that VS Code itself records do, which are whole milliseconds and so too coarse to tell ours from an empty one.
 */
export async function activationTimes({ release, developmentPath, runs }: ActivationOptions): Promise<number[]> {
  const { path: folder, remove } = temporaryFolder('activation-');
  try {
    const extension = join(folder, 'extension');
    const id = await copyExtension(developmentPath, extension);
    const times: number[] = [];
    for (let run = 0; run < runs; run++) times.push(await timeOnce(release, folder, extension, id));
    return times;
  } finally {
    await remove();
  }
}

/** The same for our extension and one that does nothing, by turns, so that a busy machine hits both alike. */
export async function compareWithEmpty({
  release,
  developmentPath,
  runs,
}: ActivationOptions): Promise<{ readonly extension: readonly number[]; readonly empty: readonly number[] }> {
  const { path: emptyPath, remove } = temporaryFolder('empty-extension-');
  const extension: number[] = [];
  const empty: number[] = [];
  try {
    await writeEmptyExtension(emptyPath);
    for (let run = 0; run < runs; run++) {
      extension.push(...(await activationTimes({ release, developmentPath, runs: 1 })));
      empty.push(...(await activationTimes({ release, developmentPath: emptyPath, runs: 1 })));
    }
    return { extension, empty };
  } finally {
    await remove();
  }
}

/** A copy that no activation event wakes before it is asked: the code is the same. Returns the extension's id. */
export async function copyExtension(from: string, to: string): Promise<string> {
  await mkdir(to);
  for (const part of ['package.nls.json', 'l10n', 'dist', 'media']) {
    if (existsSync(join(from, part))) await cp(join(from, part), join(to, part), { recursive: true });
  }
  const manifest = JSON.parse(await readFile(join(from, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(to, 'package.json'), JSON.stringify({ ...manifest, activationEvents: [] }));
  await writeFile(join(to, 'stopwatch.js'), stopwatch);
  return `${manifest.publisher}.${manifest.name}`;
}

async function timeOnce(release: Release, folder: string, extension: string, id: string): Promise<number> {
  const resultFile = join(folder, 'milliseconds');
  await rm(resultFile, { force: true });
  const lines: string[] = [];
  const code = await runInExtensionHost({
    release,
    workspace: folder,
    developmentPath: extension,
    testsPath: join(extension, 'stopwatch.js'),
    env: { STOPWATCH_EXTENSION: id, STOPWATCH_FILE: resultFile },
    log: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(`The activation of ${id} could not be timed:\n${lines.slice(-20).join('\n')}`);
  return Number(await readFile(resultFile, 'utf8'));
}

/**
 * Runs in the extension host in place of tests. It first waits until VS Code has finished starting (ten quick answers
 * of the window in a row): before that, activation mostly waits its turn, up to 200 ms for an extension that is empty.
 */
const stopwatch = `const vscode = require('vscode');
const { setTimeout: delay } = require('node:timers/promises');

async function settled() {
  const end = Date.now() + 30000;
  for (let quick = 0; quick < 10 && Date.now() < end; await delay(50)) {
    const start = performance.now();
    await vscode.commands.getCommands();
    quick = performance.now() - start < 10 ? quick + 1 : 0;
  }
}

exports.run = async () => {
  const extension = vscode.extensions.getExtension(process.env.STOPWATCH_EXTENSION);
  if (extension === undefined) throw new Error('VS Code does not know the extension.');
  await settled();
  if (extension.isActive) throw new Error('The extension is active before it was asked.');
  const start = performance.now();
  await extension.activate();
  require('node:fs').writeFileSync(process.env.STOPWATCH_FILE, String(performance.now() - start));
};
`;

async function writeEmptyExtension(folder: string): Promise<void> {
  const manifest = {
    publisher: 'nobody',
    name: 'empty',
    version: '1.0.0',
    engines: { vscode: '^1.100.0' },
    main: './dist/extension.js',
    activationEvents: ['onCommand:empty.never'],
  };
  await mkdir(join(folder, 'dist'));
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'dist', 'extension.js'), "require('vscode');\nexports.activate = () => {};\n");
}
