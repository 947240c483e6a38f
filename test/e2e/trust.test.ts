import assert from 'node:assert/strict';
import { smallProject } from '../gitlab/scenarios';
import { runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { welcome } from './view';

describe('an untrusted folder', () => {
  const workbench = useWorkbench({
    seed: smallProject,
    settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' },
  });

  it('has no builds, and no request is sent', async () => {
    const { page, gitlab, picture } = workbench();
    await welcome(page)
      .getByText(/Builds are shown only in trusted folders/)
      .waitFor();
    await picture('untrusted');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await runCommand(page, 'GitLab Builds: Refresh');
    await runCommand(page, 'GitLab Builds: Copy Diagnostics');
    await page.locator('.part.statusbar').getByText('Diagnostics copied').waitFor();
    assert.deepEqual(gitlab.requests, []);
  });

  it('has them once it is trusted', async () => {
    const { page, picture } = workbench();
    await welcome(page).getByRole('button', { name: 'Manage Workspace Trust' }).click();
    await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('trusted');
  });
});
