import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { smallProject } from '../gitlab/scenarios';
import { startGitLab } from '../gitlab/server';
import { zip } from '../gitlab/zip';
import { temporaryFolder } from '../vscode/temporaryFolder';
import { createWorkspace, git } from '../vscode/workspace';
import { modalDialog, quickInput, screenshot, treeRow } from '../vscode/workbench';
import { startVSCodeWithExtension, useFixture } from './startWorkbench';
import { choice, eventually } from './view';

/** As GitLab's own extension: accounts of two GitLabs, whose token stands in a file. */
const main = `
const vscode = require('vscode');
const { readFileSync } = require('node:fs');
exports.activate = ({ subscriptions }) => {
  const changed = new vscode.EventEmitter();
  const sessionAt = (origin) => ({
    id: origin,
    accessToken: readFileSync(process.env.FAKE_ACCOUNT_TOKEN, 'utf8'),
    account: { id: origin + '|7', label: origin + ' (dana)' },
    scopes: ['api'],
  });
  const all = () => [process.env.FAKE_ACCOUNT_ORIGIN, 'https://other.example.com'].map(sessionAt);
  const provider = {
    onDidChangeSessions: changed.event,
    getSessions: async (_scopes, options) =>
      all().filter(({ account }) => options?.account === undefined || options.account.id === account.id),
    createSession: async () => all()[0],
    removeSession: async () => undefined,
  };
  subscriptions.push(
    vscode.authentication.registerAuthenticationProvider('gitlab', 'GitLab', provider, { supportsMultipleAccounts: true }),
  );
};
`;

const manifest = {
  ...{ publisher: 'test', name: 'accounts', version: '1.0.0', engines: { vscode: '^1.100.0' }, main: './main.js' },
  ...{ extensionKind: ['workspace'], activationEvents: ['onAuthenticationRequest:gitlab'] },
  contributes: { authentication: [{ id: 'gitlab', label: 'GitLab' }] },
};

describe('an account from an extension that registers the provider `gitlab`', () => {
  const fixture = useFixture(async (onTeardown) => {
    const gitlab = await startGitLab({ profile: '18.9' });
    onTeardown(() => gitlab.close());
    const { folder, remove } = await createWorkspace();
    onTeardown(remove);
    const small = smallProject(gitlab.world, { sha: await git(folder, 'rev-parse', 'HEAD'), ref: 'main' });
    await git(folder, 'remote', 'add', 'origin', `${gitlab.url}/${small.project.path}.git`);
    const temporary = temporaryFolder('accounts-');
    onTeardown(temporary.remove);
    const [extension, token] = [join(temporary.path, 'accounts.vsix'), join(temporary.path, 'token')];
    const files = { 'extension/package.json': JSON.stringify(manifest), 'extension/main.js': main };
    await writeFile(extension, await zip(files, Date.now()));
    gitlab.world.addToken({ token: 'of-the-account', user: small.username, oauth: true });
    await writeFile(token, 'of-the-account');
    const env = { FAKE_ACCOUNT_ORIGIN: new URL(gitlab.url).origin, FAKE_ACCOUNT_TOKEN: token };
    const opened = await startVSCodeWithExtension({ env, extensions: [extension] }, onTeardown);
    return { gitlab, page: await opened.openWindow(folder) };
  });
  const bearers = () => [...new Set(fixture().gitlab.requests.map(({ headers }) => headers.authorization))];

  it('is offered only for its own GitLab, and asked for its token on a click, with consent', async () => {
    const { page, gitlab } = fixture();
    // With this key the workbench encrypts what it stores; an address of the layer around the server, which is not there.
    await page.route('**/mint-key', (route) => route.fulfill({ body: Buffer.alloc(32, 'key') }));
    await treeRow(page, /^Sign In to /).click();
    const { input } = await quickInput(page);
    await eventually(async () => assert.equal(await input.inputValue(), gitlab.url));
    await input.press('Enter');
    await choice(page, /Use the account/).waitFor();
    await screenshot(page, 'e2e-account-offered');
    assert.equal(await choice(page, /other\.example\.com/).count(), 0);
    assert.deepEqual(bearers(), [undefined]);
    await choice(page, /Use the account/).click();
    await modalDialog(page)
      .getByText(/GitLab Builds.* wants to /)
      .waitFor();
    await screenshot(page, 'e2e-account-consent');
    await modalDialog(page).getByRole('button', { name: 'Allow' }).click();
    await treeRow(page, /Stage test|^test/).waitFor();
    await screenshot(page, 'e2e-account-signed-in');
    assert.deepEqual(bearers(), [undefined, 'Bearer of-the-account']);
  });
});
