import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openView, openWorkbench, screenshot, statusBarItem, treeRow } from '../vscode/workbench';
import { projectRoot } from '../vscode/project';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { git } from '../vscode/workspace';
import { sharedBrowser, useWhile } from './stage';
import { eventually, title } from './view';

const program = join(projectRoot, 'out', 'test', 'demo', 'demo.main.mjs');

describe('the demo', () => {
  const temporary = useWhile(async (later) => {
    const folder = temporaryFolder('demo-');
    later(folder.remove);
    return folder.path;
  });
  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    spawn(process.execPath, [program, ...args], {
      env: { ...process.env, TMPDIR: temporary(), INIT_CWD: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('prints an address, where builds move, also those of a new commit; when interrupted, all of it is gone', async () => {
    const demo = start(['--no-open']);
    const address = await addressOf(demo);
    const page = await openWorkbench(sharedBrowser(), address);
    try {
      await openView(page, 'GitLab Builds');
      await seeBuildsMove(page);
      const folder = new URL(address).searchParams.get('folder') ?? '';
      await git(folder, 'commit', '--quiet', '--allow-empty', '--message=Bake bread');
      const sha = await git(folder, 'rev-parse', 'HEAD');
      await eventually(() =>
        statusBarItem(page, new RegExp(`^GitLab Builds, \\d/2 build, ${sha.slice(0, 8)}`)).waitFor({ timeout: 1000 }),
      );
      await screenshot(page, 'e2e-demo-commit');
    } finally {
      await page.close();
    }
    assert.equal(await interrupted(demo), 0);
    await assert.rejects(fetch(address));
    assert.deepEqual(await readdir(temporary()), []);
    assert.deepEqual(await processesOf(temporary()), []);
  });

  it('refuses what it does not understand in one sentence', async () => {
    const folder = await mkdtemp(join(temporary(), 'no-repository-'));
    const refusals: readonly (readonly [args: readonly string[], sentence: string])[] = [
      [['--frobnicate'], 'The demo takes --repo PATH and --no-open, not "--frobnicate".'],
      [['--repo'], '--repo needs the path of a git repository.'],
      [['--repo', join(folder, 'missing')], `There is no ${join(folder, 'missing')}.`],
      [['--repo', program], `${program} is not a folder.`],
      [['--repo', folder], `${folder} is not a git repository.`],
    ];
    for (const [args, sentence] of refusals) {
      const demo = start(args, { GIT_CEILING_DIRECTORIES: temporary() });
      const said = collect(demo);
      const [code] = (await once(demo, 'close')) as [number | null];
      assert.deepEqual([said(), code], [`${sentence}\n`, 1]);
    }
  });
});

async function seeBuildsMove(page: Page): Promise<void> {
  await treeRow(page, /^Stage build/).waitFor();
  await screenshot(page, 'e2e-demo');
  assert.match(await title(page).innerText(), /^GitLab Builds/);
  const status = statusBarItem(page, /^GitLab Builds/);
  const before = await status.innerText();
  await eventually(async () => assert.notEqual(await status.innerText(), before));
}

/** What it prints as the place to go to. */
async function addressOf(demo: ChildProcess): Promise<string> {
  const said = collect(demo);
  const [address] = await eventually(() => {
    assert.equal(demo.exitCode, null, said());
    const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said());
    assert.ok(found, said());
    return found;
  });
  return address;
}

function collect(demo: ChildProcess): () => string {
  const chunks: string[] = [];
  for (const stream of [demo.stdout, demo.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  return () => chunks.join('');
}

async function interrupted(demo: ChildProcess): Promise<number | null> {
  const closed = once(demo, 'close') as Promise<[number | null]>;
  demo.kill('SIGINT');
  const [code] = await closed;
  return code;
}

/** Processes that were started with this temporary folder; Linux tells. */
async function processesOf(folder: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    return environment.includes(folder)
      ? [`${pid} ${await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')}`]
      : [];
  });
  return (await Promise.all(found)).flat();
}
