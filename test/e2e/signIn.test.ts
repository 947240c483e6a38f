import assert from 'node:assert/strict';
import { smallProject } from '../gitlab/scenarios';
import { openView, quickInput, statusBarItem, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually, message, title } from './view';

describe('signing in', () => {
  const workbench = useWorkbench({ seed: smallProject, signedIn: false });

  it('is offered for a host that is not known as a GitLab, which receives nothing before', async () => {
    const { page, gitlab, picture } = workbench();
    const { host } = new URL(gitlab.url);
    await treeRow(page, new RegExp(`^Sign In to ${host}…`)).waitFor();
    await picture('sign-in-1-welcome');
    await eventually(async () => assert.equal(await title(page).innerText(), 'GitLab Builds'));
    const question = new RegExp(`^Is ${host} a GitLab server\\?`);
    await eventually(async () => assert.match(await message(page).innerText(), question));
    assert.equal(await statusBarItem(page, /GitLab Builds/).count(), 0);
    assert.deepEqual(gitlab.requests, []);
  });

  it('asks for address and token, rejects a wrong token in the box, and fills the tree with the right one', async () => {
    const { page, gitlab, project, picture } = workbench();
    // With this key the workbench encrypts what it stores; an address of the layer around the server, which is not there.
    await page.route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 'key') }));
    await treeRow(page, /^Sign In to /).click();
    const { input, message: error } = await quickInput(page);
    await eventually(async () => assert.equal(await input.inputValue(), gitlab.url));
    await picture('sign-in-2-address');
    await input.fill('glpat-aB3dE6hI9kLmN0pQrStU');
    await eventually(async () => assert.equal(await input.getAttribute('type'), 'password'));
    await input.press('Enter');
    await error.getByText(/That looks like a token/).waitFor();
    await picture('sign-in-2-token-as-address');
    assert.deepEqual(gitlab.requests, []);
    await input.fill(`${gitlab.url}/${project.project.path}`);
    await input.press('Enter');
    await page
      .locator('.quick-input-widget')
      .getByText(/(personal access|private) token for/)
      .waitFor();
    await eventually(async () => assert.equal(await input.getAttribute('type'), 'password'));
    const link = page.locator('.quick-input-widget').getByRole('link', { name: 'Open Private Token Page' });
    await link.waitFor();
    await picture('sign-in-3-token');
    await input.press('Tab');
    await page.locator('.quick-input-widget a:focus').waitFor();
    await input.fill('wrong-token');
    await input.press('Enter');
    await error.getByText(/rejected this token\. Check that it is complete and hasn't expired\./).waitFor();
    await picture('sign-in-3-refused');
    assert.ok(gitlab.requests.some(({ path, status }) => path === '/api/v3/user' && status === 401));
    await input.fill(project.token);
    await input.press('Enter');
    await treeRow(page, /Stage test/).waitFor();
    await picture('sign-in-4-signed-in');
  });

  it('lasts when the window is reloaded', async () => {
    const { page } = workbench();
    await page.reload();
    await openView(page, 'GitLab Builds');
    await treeRow(page, /Stage test/).waitFor();
  });
});
