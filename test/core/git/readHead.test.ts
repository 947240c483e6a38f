import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHead } from '../../../src/core/git/readHead';
import { runGit } from '../../../src/core/git/runGit';

describe('HEAD as read in a hostile repository', () => {
  let around: string;
  let root: string;
  const gitIn =
    (cwd: () => string) =>
    (...args: readonly string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: cwd(), encoding: 'utf8' });
  const git = gitIn(() => root);
  const head = (): string => git('rev-parse', 'HEAD').trim();
  const read = (remote: string | undefined, branch = 'main') =>
    readHead({ git: { program: 'git' }, root, sha: head(), branch, remote });
  const configure = (text: string): void => appendFileSync(join(root, '.git', 'config'), text);

  beforeEach(() => {
    around = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')));
    root = join(around, 'repository');
    mkdirSync(root);
    git('init', '-q', '-b', 'main');
    writeFileSync(join(root, 'a.txt'), 'a');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
  });
  afterEach(() => rmSync(around, { recursive: true, force: true }));

  for (const remote of ['*', 'up*', 'up?tream', '[tu]pstream', 'upstrea[m]', 'upstrea\\m', 'up'])
    it(`doesn't take the name of the remote for a pattern: ${remote}`, async () => {
      git('update-ref', 'refs/remotes/upstream/main', 'HEAD');
      configure(`[remote "${remote.replace('\\', '\\\\')}"]\n\turl = https://git.example.com/a.git\n`);
      assert.deepEqual((await read(remote))?.pushed, undefined);
    });

  for (const remote of ['upstream', '-x', '--all', 'a/b', 'ä-b'])
    it(`includes what was pushed to the remote ${remote}`, async () => {
      git('update-ref', `refs/remotes/${remote}/main`, 'HEAD');
      assert.equal((await read(remote))?.pushed, true);
    });

  for (const branch of ['-x', '--all', '--exec=touch'])
    it(`doesn't take the name of the branch for an option: ${branch}`, async () => {
      git('update-ref', `refs/heads/${branch}`, 'HEAD');
      git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
      assert.equal((await read('origin', branch))?.pushed, true);
    });

  it('is undefined if git refuses a folder owned by another user', async () => {
    process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'] = '1';
    try {
      await assert.rejects(runGit({ program: 'git' }, root, ['rev-parse', 'HEAD']), /dubious ownership/);
      const sha = 'a'.repeat(40);
      assert.equal(await readHead({ git: { program: 'git' }, root, sha, branch: 'main', remote: 'origin' }), undefined);
    } finally {
      delete process.env['GIT_TEST_ASSUME_DIFFERENT_OWNER'];
    }
  });

  it('runs no program from a conditionally included configuration', async () => {
    const sha = head();
    const mark = join(around, 'ran');
    const evil = join(around, 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
    const keys = `[core]\n\tfsmonitor = ${evil}\n\tpager = ${evil}\n\tsshCommand = ${evil}\n\thooksPath = ${around}\n`;
    writeFileSync(join(around, 'evil.config'), `${keys}[alias]\n\trev-list = !${evil}\n`);
    configure(`[includeIf "gitdir:**"]\n\tpath = ${join(around, 'evil.config')}\n`);
    assert.equal(git('config', 'core.fsmonitor').trim(), evil);
    rmSync(mark, { force: true });
    assert.equal((await readHead({ git: { program: 'git' }, root, sha, branch: 'main', remote: 'origin' }))?.sha, sha);
    await runGit({ program: 'git' }, root, ['status']);
    assert.equal(existsSync(mark), false);
  });

  it('is undefined if the configuration includes itself', async () => {
    const sha = head();
    configure(`[include]\n\tpath = config\n`);
    assert.equal(await readHead({ git: { program: 'git' }, root, sha, branch: 'main', remote: 'origin' }), undefined);
  });

  it('fetches nothing in a partial clone', async () => {
    const blob = git('rev-parse', 'HEAD:a.txt').trim();
    git('config', 'uploadpack.allowFilter', 'true');
    gitIn(() => around)('clone', '-q', '--no-checkout', '--filter=blob:none', `file://${root}`, 'clone');
    root = join(around, 'clone');
    const missing = (): string => git('rev-list', '--objects', '--missing=print', 'HEAD');
    assert.ok(missing().includes(`?${blob}`));
    assert.deepEqual((await read('origin'))?.pushed, true);
    await assert.rejects(runGit({ program: 'git' }, root, ['cat-file', '-e', blob]));
    await assert.rejects(runGit({ program: 'git' }, root, ['checkout', 'main']));
    assert.ok(missing().includes(`?${blob}`));
    // Without our environment the same git would fetch it.
    git('cat-file', '-e', blob);
    assert.ok(!missing().includes(`?${blob}`));
  });
});

describe('A git process that prints too much or hangs', () => {
  let root: string;
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')));
    git('init', '-q');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it('is ended after 16 MB of output', async () => {
    writeFileSync(join(root, 'large'), Buffer.alloc(17 * 1024 * 1024, 'x'));
    const blob = git('hash-object', '-w', 'large').trim();
    await assert.rejects(runGit({ program: 'git' }, root, ['cat-file', 'blob', blob]), {
      name: 'LocalError',
      reason: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
    });
  });

  it('is killed after its timeout', async () => {
    // It waits for names on its standard input, which nobody writes.
    const limits = { maxBytes: 1000, timeoutMs: 200 };
    const hanging = runGit({ program: 'git', limits }, root, ['cat-file', '--batch']);
    await assert.rejects(hanging, { name: 'LocalError', reason: 'ETIMEDOUT' });
  });
});
