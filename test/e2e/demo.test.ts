import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openWorkbench, screenshot, statusBarItem, treeRow } from '../vscode/workbench';
import { projectRoot } from '../vscode/project';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { git } from '../vscode/workspace';
import { sharedBrowser } from './startWorkbench';
import { eventually, pressInRow, title, unfold } from './view';

const program = join(projectRoot, 'out', 'test', 'demo', 'demo.main.mjs');

describe('the demo', () => {
  const { path: temporary, remove } = temporaryFolder('demo-');
  after(remove);
  const start = (args: readonly string[]) =>
    spawn(process.execPath, [program, ...args], {
      env: { ...process.env, TMPDIR: temporary, INIT_CWD: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  it('prints an address with live builds, even of a new commit, and removes everything when interrupted', async function () {
    this.timeout(2 * startLimitMs);
    const demo = start(['--no-open']);
    const { address, lines } = await wordsOf(demo);
    const [what = '', where = '', end = ''] = lines;
    assert.match(what, /^GitLab Builds in a VS Code of its own, with a GitLab \S+ on this computer/);
    assert.match(where, /^Open http\S+ and click the failed build in the view GitLab Builds/);
    assert.match(end, /^Ctrl\+C ends it/);
    assert.equal(lines.length, 3);
    const page = await openWorkbench(sharedBrowser(), address);
    const shownAt = performance.now();
    try {
      // The view is open, and a build that failed in sight, without a click.
      await treeRow(page, /^integration, failed/).waitFor();
      const seconds = ((performance.now() - shownAt) / 1000).toFixed(1);
      console.log(`    a failed build is in sight ${seconds} s after the window, without a click`);
      await seePipelines(page);
      await screenshot(page, 'e2e-demo');
      await seeBuildsMove(page);
      const before = await treeRow(page, '').first().getAttribute('aria-label');
      const folder = new URL(address).searchParams.get('folder') ?? '';
      await git(folder, 'commit', '--quiet', '--allow-empty', '--message=Bake bread');
      const sha = await git(folder, 'rev-parse', 'HEAD');
      const name = new RegExp(`^GitLab Builds, CI \\d+/\\d+, .*${sha.slice(0, 8)}`);
      await eventually(() => statusBarItem(page, name).waitFor({ timeout: 1000 }));
      await eventually(async () => assert.notEqual(await treeRow(page, '').first().getAttribute('aria-label'), before));
      await seePipelines(page);
      await screenshot(page, 'e2e-demo-commit');
    } finally {
      await page.close();
    }
    assert.equal(await interrupted(demo), 0);
    await assert.rejects(fetch(address));
    assert.deepEqual(await readdir(temporary), []);
    assert.deepEqual(await processesOf(temporary), []);
  });

  it('rejects an unknown option in one sentence', async () => {
    const demo = start(['--frobnicate']);
    const said = collect(demo);
    const [code] = (await once(demo, 'close')) as [number | null];
    const sentence = 'The demo takes --gitlab VERSION, --repo PATH and --no-open, not "--frobnicate".\n';
    assert.deepEqual([said(), code], [sentence, 1]);
  });
});

async function seePipelines(page: Page): Promise<void> {
  await treeRow(page, /^Branch test-ci, .*#\d+$/).waitFor();
  await treeRow(page, /^Merge request !1 Test the CI integration, /).waitFor();
  await unfold(treeRow(page, /^Branch test-ci, /));
  await treeRow(page, /^Stage build/)
    .first()
    .waitFor();
}

async function seeBuildsMove(page: Page): Promise<void> {
  assert.match(await title(page).innerText(), /^GitLab Builds/);
  // What has failed stays so until somebody retries it.
  const status = statusBarItem(page, /^GitLab Builds, CI failed: integration/);
  await status.waitFor();
  await pressInRow(page, treeRow(page, /^integration, failed/), 'Retry Build');
  await status.waitFor({ state: 'hidden' });
}

/** It packs the extension, installs it in a VS Code and starts that; a busy machine takes long for it. */
const startLimitMs = 180_000;

/** What it prints to its output, line by line, and the address in that. */
async function wordsOf(demo: ChildProcess): Promise<{ readonly address: string; readonly lines: readonly string[] }> {
  const said = collect(demo);
  const [address] = await eventually(() => {
    assert.equal(demo.exitCode, null, said());
    const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said());
    assert.ok(found && said().includes('Ctrl+C'), said());
    return found;
  }, startLimitMs);
  const lines = said()
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith('…'));
  return { address, lines };
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
