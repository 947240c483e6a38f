import assert from 'node:assert/strict';
import { hostileNames, oddName, smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import {
  choice,
  eventually,
  focusedRow,
  isPlain,
  pointAt,
  pressInRow,
  tick,
  titleButton,
  titleMenu,
  unfold,
  visible,
} from './view';

describe('acting on builds', () => {
  const workbench = useWorkbench({ seed: smallProject, settings: { 'gitlabBuilds.groupBy': 'stage' } });

  /** What changed something on GitLab, in order: `retry 7`. */
  const posts = () =>
    workbench()
      .gitlab.requests.filter(({ method }) => method === 'POST')
      .map(({ path }) => path.replace(/.*\/builds\/(\d+)\/(\w+)$/, '$2 $1'));

  it('asks in a modal dialog before it erases, where a hostile name is neither a link nor an icon', async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^spinach.*, failed/), 'Erase Build…');
    const dialog = modalDialog(page);
    await dialog.waitFor();
    await picture('erase-asked');
    const words = dialog.locator('.dialog-message-container');
    assert.ok(visible(await words.innerText()).includes(visible(oddName)));
    assert.equal(await words.locator('a, img, .codicon').count(), 0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.deepEqual(posts(), []);
  });

  it('retries from the context menu, and the row becomes the new attempt with selection and expansion unchanged', async () => {
    const { page, picture } = workbench();
    await unfold(treeRow(page, /^rspec, passed/));
    await treeRow(page, /^rspec, failed/).waitFor();
    const failed = treeRow(page, /^spinach.*, failed/);
    await failed.click();
    // Its log opens, which would close the menu, and the keys stay in the tree.
    await page.locator('.part.editor .view-lines').getByText('$ make').waitFor();
    await focusedRow(page).and(failed).waitFor();
    await picture('retry-1-before');
    await contextMenu(page, failed, 'Retry Build');
    const pending = treeRow(page, /^spinach.*, pending.*, attempt 2$/);
    await pending.waitFor();
    await picture('retry-2-after');
    assert.deepEqual(posts(), ['retry 7']);
    await eventually(async () => assert.equal(await pending.getAttribute('aria-selected'), 'true'));
    assert.equal(await treeRow(page, /^rspec, passed/).getAttribute('aria-expanded'), 'true');
    await page
      .locator('.part.statusbar')
      .getByText(/Retried .* as #12/)
      .waitFor();
  });

  it('cancels with the button in the row', async () => {
    const { page, picture } = workbench();
    const running = treeRow(page, /^integration.*, running/);
    await pointAt(page, running);
    await picture('cancel-button');
    await pressInRow(page, running, 'Cancel Build');
    await treeRow(page, /^integration.*, canceled/).waitFor();
    assert.deepEqual(posts().slice(1), ['cancel 8']);
  });

  it('retries all selected rows', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^lint/).click();
    await treeRow(page, /^integration/).click({ modifiers: ['ControlOrMeta'] });
    await picture('selection');
    await contextMenu(page, treeRow(page, /^lint/), 'Retry Build');
    await treeRow(page, /^lint, pending/).waitFor();
    await treeRow(page, /^integration.*, pending/).waitFor();
    assert.deepEqual(posts().slice(2).sort(), ['retry 8', 'retry 9']);
  });

  it('acts on the whole commit from the title menu, whatever row has the focus', async () => {
    const { page, gitlab, project, picture } = workbench();
    gitlab.world.setStatus(project.builds.deploy, 'failed');
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^production, failed/).waitFor();
    await treeRow(page, /^Stage build, 2 passed/).click();
    await titleMenu(page, 'Retry Failed Builds', () => picture('title-menu'));
    await treeRow(page, /^production, pending/).waitFor();
    assert.deepEqual(posts().slice(4), ['retry 11']);
  });

  it("shows GitLab's reason for a refusal, in which hostile text is neither a link nor an icon", async () => {
    const { page, gitlab, picture } = workbench();
    // As many as a reason of GitLab's is not cut at.
    const names = hostileNames.slice(0, 10);
    const body = JSON.stringify({ message: names.join(' ~ ') });
    const answer = { status: 403, headers: { 'Content-Type': 'application/json' }, body };
    gitlab.faults = [{ when: ({ method }) => method === 'POST', times: 1, answer }];
    await contextMenu(page, treeRow(page, /^rspec, passed/), 'Retry Build');
    const shown = notification(page, '[click]');
    await shown.waitFor();
    await picture('hostile-message');
    const words = shown.locator('.notification-list-item-message');
    await isPlain(words, names);
    assert.equal(await words.locator('a, .codicon').count(), 0);
  });

  it('lists hostile names to choose from, and shows them in progress messages, without links and icons', async () => {
    const { page, gitlab, project, picture } = workbench();
    const names = hostileNames.slice(0, 10);
    const { sha, ref } = project;
    const artifacts = { filename: 'a.zip', files: { 'a.txt': 'a' } };
    for (const name of names)
      gitlab.world.addBuild(project.project, { sha, ref, stage: 'pack', status: 'success', name, artifacts });
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^Stage pack, 10 passed/).waitFor();
    await runCommand(page, 'GitLab Builds: Download Artifacts…');
    const first = choice(page, /click.*command:a\.b/);
    await first.waitFor();
    await picture('hostile-choices');
    // The list draws the first rows alone.
    await isPlain(page.locator('.quick-input-list'), names.slice(0, 6));
    gitlab.faults = [{ when: ({ path }) => path.endsWith('/artifacts'), times: 1, latencyMs: 3000 }];
    await tick(page, /click.*command:a\.b/);
    const progress = notification(page, /Artifacts of .*click/);
    await progress.waitFor();
    await picture('hostile-progress');
    await isPlain(progress.locator('.notification-list-item-message'), names.slice(0, 1));
    await notification(page, /Saved/).waitFor();
  });
});
