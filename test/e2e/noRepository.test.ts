import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { note } from '../vscode/originNotes';
import { startProxy } from '../vscode/proxy';
import type { StartOptions } from '../vscode/server';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { quickInput, runCommand, screenshot, statusBarItem } from '../vscode/workbench';
import { git } from '../vscode/workspace';
import { type OnTeardown, startVSCodeWithExtension, useFixture } from './startWorkbench';
import { eventually, title, welcome } from './view';

interface Reason {
  readonly name: string;
  /** Prepares an empty folder to be opened. */
  readonly make: (folder: string) => Promise<string>;
  readonly text: RegExp;
  readonly button?: RegExp;
}

const reasons: readonly Reason[] = [
  {
    name: 'no repository',
    make: (folder) => Promise.resolve(folder),
    text: /This folder has no git repository/,
    button: /^Initialize Repository$/,
  },
  {
    name: 'a repository in a parent folder',
    make: async (folder) => {
      await mkdir(join(await commit(folder), 'below'));
      return join(folder, 'below');
    },
    text: /is in a parent folder, and VS Code hasn't opened it/,
    button: /^Open Repository$/,
  },
  { name: 'no remote', make: commit, text: /has no remote/ },
  {
    name: 'a remote on github.com',
    make: async (folder) => commit(folder, 'https://github.com/group/project.git'),
    text: /remote isn't on GitLab/,
  },
];

describe('a folder without a GitLab', () => {
  const fixture = useFixture(async (onTeardown) => {
    const outside = await listenOutside(onTeardown);
    const { path, remove } = temporaryFolder('no-gitlab-');
    onTeardown(remove);
    const settings = { 'http.proxy': outside.url, 'http.proxySupport': 'override' };
    const started = await startVSCodeWithExtension({ settings }, onTeardown);
    return { ...started, heard: outside.heard, folders: path };
  });

  for (const { name, make, text, button } of reasons)
    it(`says what is missing: ${name}`, async () => {
      const folder = await mkdtemp(join(fixture().folders, 'folder-'));
      await writeFile(join(folder, 'README.md'), '# Nothing\n');
      const page = await fixture().openWindow(await make(folder));
      await welcome(page).getByText(text).waitFor();
      if (button !== undefined) await welcome(page).getByRole('button', { name: button }).waitFor();
      // VS Code's count of repositories may come late: then the view has no other text either.
      for (const other of reasons)
        if (other.name !== name)
          await eventually(async () => assert.equal(await welcome(page).getByText(other.text).count(), 0));
      await screenshot(page, `e2e-missing-${name.replace(/\W+/g, '-')}`);
      if (name.endsWith('github.com'))
        await eventually(async () => assert.match(await title(page).innerText(), /^gitlab builds: github\.com$/i));
      assert.equal(await statusBarItem(page, /^GitLab Builds/).count(), 0);
      await page.close();
    });

  it('or no folder sends nothing anywhere until somebody signs in', async () => {
    const { heard, openWindow } = fixture();
    const page = await openWindow(undefined);
    await welcome(page)
      .getByText(/Open a folder with a git repository/)
      .waitFor();
    assert.deepEqual(heard, []);
    await runCommand(page, 'GitLab Builds: Sign In…');
    const { input } = await quickInput(page);
    await input.fill('http://gitlab.example');
    await input.press('Enter');
    // The address is requested before a token is: nothing responds there.
    await page.locator('.quick-input-widget').getByText('gitlab.example').last().waitFor();
    await eventually(() => assert.match(heard.join('\n'), /^GET http:\/\/gitlab\.example\/api\/v\d\/\S+ HTTP/));
    await screenshot(page, 'e2e-missing-sign-in');
  });
});

const obstacles: readonly (Omit<Reason, 'make'> & Pick<StartOptions, 'env' | 'settings'>)[] = [
  {
    name: 'it belongs to another user',
    // By git's own check.
    env: { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' },
    text: /belongs to another user/,
    button: /^Manage Unsafe Repositories$/,
  },
  {
    name: 'git is not installed',
    // Where a terminal has started VS Code, it doesn't ask a login shell for a PATH.
    env: { PATH: '/nowhere', VSCODE_CLI: '1' },
    text: /Git isn't installed, or VS Code can't find it/,
    button: /^Install Git$/,
  },
  {
    name: 'git is turned off',
    settings: { 'git.enabled': false },
    text: /Git is turned off in VS Code/,
    // A link in the sentence.
    button: /^git\.enabled$/,
  },
];

for (const { name, env = {}, settings = {}, text, button = /./ } of obstacles)
  describe(`a repository that can't be read, since ${name},`, () => {
    const fixture = useFixture(async (onTeardown) => {
      const { path, remove } = temporaryFolder('unread-');
      onTeardown(remove);
      await commit(path);
      return { folder: path, ...(await startVSCodeWithExtension({ env, settings }, onTeardown)) };
    });

    it('is reported as such, with a solution', async () => {
      const page = await fixture().openWindow(fixture().folder);
      await welcome(page).getByText(text).waitFor();
      await welcome(page).getByRole('button', { name: button }).waitFor();
      for (const other of [...reasons, ...obstacles])
        if (other.name !== name)
          await eventually(async () => assert.equal(await welcome(page).getByText(other.text).count(), 0));
      await screenshot(page, `e2e-missing-${name.replace(/\W+/g, '-')}`);
    });
  });

describe('a proxy that requires another password', () => {
  const fixture = useFixture(async (onTeardown) => {
    const proxy = await startProxy('user', 'secret');
    onTeardown(proxy.close);
    const { path, remove } = temporaryFolder('proxy-');
    onTeardown(remove);
    await commit(path, 'https://gitlab.invalid/group/project.git');
    const settings = { 'http.proxy': proxy.url.replace('secret', 'wrong'), 'http.proxySupport': 'override' };
    const env = { GITLAB_HOST: 'https://gitlab.invalid', GITLAB_TOKEN: 'secret-token' };
    return { proxy, folder: path, ...(await startVSCodeWithExtension({ settings, env }, onTeardown)) };
  });

  it('is reported as such', async () => {
    const { openWindow, folder, proxy } = fixture();
    const page = await openWindow(folder);
    await welcome(page)
      .getByText(/The proxy between this machine and GitLab requires a username and password/)
      .waitFor();
    await screenshot(page, 'e2e-proxy-password');
    assert.ok(proxy.refused() > 0);
    assert.equal(proxy.tunnels(), 0);
  });
});

/** Makes the folder a repository with a commit and, where that is given, a remote. */
async function commit(folder: string, remote?: string): Promise<string> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  await git(folder, ...who, 'commit', '--quiet', '--allow-empty', '--message=First');
  if (remote !== undefined) await git(folder, 'remote', 'add', 'origin', remote);
  return folder;
}

/** The proxy for all that VS Code sends to other machines: it notes the first line of each request and hangs up. */
async function listenOutside(
  onTeardown: OnTeardown,
): Promise<{ readonly url: string; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // The other end may report that the connection was closed.
    socket.once('data', (data) => {
      heard.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTeardown(() => new Promise((resolve) => server.close(resolve)));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  note('served', host);
  return { url: `http://${host}`, heard };
}
