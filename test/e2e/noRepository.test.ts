import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startProxy } from '../vscode/proxy';
import { screenshot } from '../vscode/workbench';
import type { StartOptions } from '../vscode/server';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { git } from '../vscode/workspace';
import { openOffice, useWhile } from './stage';
import { eventually, welcome } from './view';

interface Reason {
  readonly what: string;
  readonly env?: StartOptions['env'];
  /** The folder that is opened, in an empty one. */
  readonly make: (folder: string) => Promise<string>;
  readonly says: RegExp;
  readonly button: RegExp;
}

const inRepository = async (folder: string): Promise<string> => {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  return folder;
};
const below = async (folder: string): Promise<string> => {
  await inRepository(folder);
  await mkdir(join(folder, 'below'));
  return join(folder, 'below');
};

/** Each with VS Code's defaults for git. */
const reasons: readonly Reason[] = [
  {
    what: 'there is none',
    make: (folder) => Promise.resolve(folder),
    says: /This folder has no git repository/,
    button: /^Initialize Repository$/,
  },
  {
    what: 'it is in a parent folder',
    make: below,
    says: /is in a parent folder, and VS Code hasn't opened it/,
    button: /^Open Repository$/,
  },
  {
    what: 'it belongs to somebody else',
    env: { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' },
    make: inRepository,
    says: /belongs to another user/,
    button: /^Manage Unsafe Repositories$/,
  },
];

for (const { what, env = {}, make, says, button } of reasons)
  describe(`no repository, since ${what},`, () => {
    const office = useWhile(async (later) => {
      const { path, remove } = temporaryFolder('no-repository-');
      later(remove);
      const folder = await mkdtemp(join(path, 'folder-'));
      await writeFile(join(folder, 'README.md'), '# Nothing\n');
      return { folder: await make(folder), ...(await openOffice({ env }, later)) };
    });

    it('has its own words and its own way out', async () => {
      const page = await office().openWindow(office().folder);
      await welcome(page).getByText(says).waitFor();
      await welcome(page).getByRole('button', { name: button }).waitFor();
      // VS Code's count of repositories may come late: then it says nothing else either.
      for (const other of reasons)
        if (other.what !== what)
          await eventually(async () => assert.equal(await welcome(page).getByText(other.says).count(), 0));
      await screenshot(page, `e2e-no-repository-${what.replace(/\W+/g, '-')}`);
    });
  });

describe('a proxy that wants another password', () => {
  const office = useWhile(async (later) => {
    const proxy = await startProxy('user', 'secret');
    later(proxy.close);
    const { path, remove } = temporaryFolder('proxy-');
    later(remove);
    await inRepository(path);
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    await git(path, ...who, 'commit', '--quiet', '--allow-empty', '--message=First');
    await git(path, 'remote', 'add', 'origin', 'https://gitlab.invalid/group/project.git');
    const settings = { 'http.proxy': proxy.url.replace('secret', 'wrong'), 'http.proxySupport': 'override' };
    const env = { GITLAB_HOST: 'https://gitlab.invalid', GITLAB_TOKEN: 'secret-token' };
    return { proxy, folder: path, ...(await openOffice({ settings, env }, later)) };
  });

  it('is told as that', async () => {
    const { openWindow, folder, proxy } = office();
    const page = await openWindow(folder);
    await welcome(page)
      .getByText(/The proxy between this machine and GitLab wants a name and a password/)
      .waitFor();
    await screenshot(page, 'e2e-proxy-password');
    assert.ok(proxy.refused() > 0);
    assert.equal(proxy.tunnels(), 0);
  });
});
