import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalError } from '../../../src/core/model/errors';
import { readHead } from '../../../src/core/git/readHead';
import { gitEnvironment, runGit } from '../../../src/core/git/runGit';

describe('git, run in a hostile repository,', () => {
  let folder: string;
  const git = (...args: readonly string[]): string => execFileSync('git', [...args], { cwd: folder, encoding: 'utf8' });

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'gitlab-builds-')));
    git('init', '-q', '-b', 'main');
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'first');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("gets an environment that leads to no other repository and no network, with the user's configuration", () => {
    const from = {
      GIT_DIR: 'x',
      GIT_WORK_TREE: 'x',
      GIT_INDEX_FILE: 'x',
      GIT_COMMON_DIR: 'x',
      GIT_OBJECT_DIRECTORY: 'x',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: 'x',
      GIT_NAMESPACE: 'x',
      GIT_ALLOW_PROTOCOL: 'https',
      GIT_CONFIG_COUNT: '1',
      GIT_SSL_CAINFO: 'certificates',
      PATH: '/bin',
    };
    assert.deepEqual(gitEnvironment(from), {
      GIT_CONFIG_COUNT: '1',
      GIT_SSL_CAINFO: 'certificates',
      PATH: '/bin',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_ALLOW_PROTOCOL: 'none',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
    });
  });

  it('gets none of the variables that git calls local to a repository, except for its configuration', () => {
    const local = git('rev-parse', '--local-env-vars').trim().split('\n');
    const kept = Object.keys(gitEnvironment(Object.fromEntries(local.map((name) => [name, 'x']))));
    const configuration = ['GIT_CONFIG_PARAMETERS', 'GIT_CONFIG_COUNT'];
    assert.deepEqual(
      local.filter((name) => kept.includes(name)),
      [...configuration, 'GIT_NO_REPLACE_OBJECTS'],
    );
  });

  it("runs no program named in the repository's configuration", async () => {
    const mark = join(folder, 'ran');
    const evil = join(folder, 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch '${mark}'\n`, { mode: 0o755 });
    for (const key of ['core.fsmonitor', 'core.sshCommand', 'core.pager', 'core.editor', 'diff.external'])
      git('config', key, evil);
    git('config', 'alias.rev-parse', `!${evil}`);
    git('config', 'filter.evil.smudge', evil);
    git('config', 'diff.evil.textconv', evil);
    git('config', 'remote.origin.url', `ext::${evil}`);
    git('config', 'remote.origin.promisor', 'true');
    git('config', 'extensions.partialClone', 'origin');
    writeFileSync(join(folder, '.gitattributes'), '* filter=evil diff=evil\n');
    const sha = git('rev-parse', 'HEAD').trim();
    rmSync(mark, { force: true });
    for (const args of [['status'], ['remote', '--verbose'], ['cat-file', '-e', '1'.repeat(40)]])
      await runGit({ program: 'git' }, folder, args).catch(() => undefined);
    const head = await readHead({ git: { program: 'git' }, root: folder, sha, branch: 'main', remote: 'origin' });
    assert.equal(head?.sha, sha);
    assert.equal(existsSync(mark), false);
  });
});

describe('A git failure', () => {
  const reasonOf = async (program: string, args: readonly string[]): Promise<string | undefined> => {
    const error: unknown = await runGit({ program }, tmpdir(), args).catch((one: unknown) => one);
    assert.ok(error instanceof LocalError);
    return error.reason;
  };

  it("is reported in git's own words, without its advice", async () =>
    assert.equal(await reasonOf('git', ['rev-parse', '--verify', 'HEAD^nonsense']), await words()));

  it("is reported in the system's words if git can't be run", async () =>
    assert.equal(await reasonOf('/no/such/git', ['status']), 'ENOENT'));
});

/** What git says where there is no repository, in the words of this version. */
async function words(): Promise<string> {
  const failed = await promisify(execFile)('git', ['rev-parse', 'HEAD'], { cwd: tmpdir() }).catch(
    (one: unknown) => one,
  );
  const { stderr } = failed as { readonly stderr: string };
  const [first = ''] = stderr.split('\n');
  return first.replace('fatal: ', '');
}
