import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { quickInput, runCommand, screenshot, statusBarItem } from '../vscode/workbench';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { git } from '../vscode/workspace';
import { type Later, openOffice, useWhile } from './stage';
import { eventually, title, welcome } from './view';

describe('a folder without a GitLab', () => {
  const office = useWhile(async (later) => {
    const outside = await listenOutside(later);
    const { path, remove } = temporaryFolder('nothing-');
    later(remove);
    const settings = { 'http.proxy': outside.url, 'http.proxySupport': 'override' };
    return { ...(await openOffice({ settings }, later)), heard: outside.heard, folders: path };
  });

  const cases: readonly (readonly [name: string, prepare: (folder: string) => Promise<unknown>, text: RegExp])[] = [
    ['no repository', () => Promise.resolve(), /This folder has no git repository/],
    ['no remote', commit, /has no remote/],
    ['a remote on github.com', commitWithRemote, /remote isn't on GitLab/],
  ];
  for (const [name, prepare, text] of cases) {
    it(`says what is missing: ${name}`, async () => {
      const folder = await mkdtemp(join(office().folders, 'folder-'));
      await writeFile(join(folder, 'README.md'), '# Nothing\n');
      await prepare(folder);
      const page = await office().openWindow(folder);
      await welcome(page).getByText(text).waitFor();
      await screenshot(page, `e2e-nothing-${name.replace(/\W+/g, '-')}`);
      if (prepare === commitWithRemote)
        assert.equal((await title(page).innerText()).toLowerCase(), 'gitlab builds: github.com');
      assert.equal(await statusBarItem(page, /^GitLab Builds/).count(), 0);
      await page.close();
    });
  }

  it('says what is missing: no folder', async () => {
    const page = await office().openWindow(undefined);
    await welcome(page)
      .getByText(/Open a folder with a git repository/)
      .waitFor();
    await screenshot(page, 'e2e-nothing-no-folder');
    await page.close();
  });

  it('has sent nothing to anybody, until somebody signs in', async () => {
    const { heard, openWindow } = office();
    assert.deepEqual(heard, []);
    const page = await openWindow(undefined);
    await runCommand(page, 'GitLab Builds: Sign In…');
    const { input } = await quickInput(page);
    await input.fill('http://gitlab.example');
    await input.press('Enter');
    // The address is asked before a token is: nothing answers there.
    await page.locator('.quick-input-widget').getByText('gitlab.example').last().waitFor();
    await eventually(() => assert.match(heard.join('\n'), /^GET http:\/\/gitlab\.example\/api\/v\d\/\S+ HTTP/));
    await screenshot(page, 'e2e-nothing-sign-in');
  });
});

/** Where all goes that VS Code sends to other machines: notes the first line of it and hangs up. */
async function listenOutside(later: Later): Promise<{ readonly url: string; readonly heard: readonly string[] }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined); // Whoever is hung up on may complain.
    socket.once('data', (data) => {
      heard.push(data.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  later(() => new Promise((resolve) => server.close(resolve)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

async function commit(folder: string): Promise<void> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  await git(folder, ...who, 'commit', '--quiet', '--allow-empty', '--message=First');
}

async function commitWithRemote(folder: string): Promise<void> {
  await commit(folder);
  await git(folder, 'remote', 'add', 'origin', 'https://github.com/group/project.git');
}
