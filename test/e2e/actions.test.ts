import assert from 'node:assert/strict';
import { smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, focusedRow, pointAt, pressInRow, shown, titleButton, unfold } from './view';

describe('acting on builds', () => {
  const stage = useStage({ furnish: smallProject, settings: { 'gitlabBuilds.groupBy': 'stage' } });

  /** What changed something on GitLab, in order: `retry 7`. */
  const posts = () =>
    stage()
      .gitlab.requests.filter(({ method }) => method === 'POST')
      .map(({ path }) => path.replace(/.*\/builds\/(\d+)\/(\w+)$/, '$2 $1'));

  it('retries from the context menu, and the row becomes the new attempt: selection and expansion stay', async () => {
    const { page, picture } = stage();
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
    assert.equal(await pending.getAttribute('aria-selected'), 'true');
    assert.equal(await treeRow(page, /^rspec, passed/).getAttribute('aria-expanded'), 'true');
    await page
      .locator('.part.statusbar')
      .getByText(/Retried .* as #12/)
      .waitFor();
  });

  it('cancels with the button in the row', async () => {
    const { page, picture } = stage();
    const running = treeRow(page, /^integration.*, running/);
    await pointAt(page, running);
    await picture('cancel-button');
    await pressInRow(page, running, 'Cancel Build');
    await treeRow(page, /^integration.*, canceled/).waitFor();
    assert.deepEqual(posts().slice(1), ['cancel 8']);
  });

  it('retries all selected rows', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^lint/).click();
    await treeRow(page, /^integration/).click({ modifiers: ['ControlOrMeta'] });
    await picture('selection');
    await contextMenu(page, treeRow(page, /^lint/), 'Retry Build');
    await treeRow(page, /^lint, pending/).waitFor();
    await treeRow(page, /^integration.*, pending/).waitFor();
    assert.deepEqual(posts().slice(2).sort(), ['retry 8', 'retry 9']);
  });

  it('cancels all that is active in a stage', async () => {
    const { page } = stage();
    await unfold(treeRow(page, /^Stage deploy/));
    await contextMenu(page, treeRow(page, /^Stage deploy/), 'Cancel Active Builds');
    await treeRow(page, /^production, canceled/).waitFor();
    assert.deepEqual(posts().slice(4), ['cancel 11']);
  });

  it('retries what has failed in a stage', async () => {
    const { page, gitlab, project } = stage();
    gitlab.world.setStatus(project.builds.deploy, 'failed');
    await titleButton(page, 'Refresh').click();
    await treeRow(page, /^production, failed/).waitFor();
    await contextMenu(page, treeRow(page, /^Stage deploy/), 'Retry Failed Builds');
    await treeRow(page, /^production, pending/).waitFor();
    assert.deepEqual(posts().slice(5), ['retry 11']);
  });

  it('asks in a modal before it erases, says what goes, and sends nothing when that is canceled', async () => {
    const { page, picture } = stage();
    const before = posts();
    await unfold(treeRow(page, /^Stage build/));
    await contextMenu(page, treeRow(page, /^compile/), 'Erase Build…');
    await modalDialog(page).waitFor();
    await picture('erase-1-asked');
    const question = await modalDialog(page).innerText();
    for (const part of ['Erase build compile #4?', 'log', 'artifacts (257 B)', 'cannot be undone'])
      assert.ok(question.includes(part), `${part} in ${question}`);
    await modalDialog(page).getByRole('button', { name: 'Cancel' }).click();
    await modalDialog(page).waitFor({ state: 'hidden' });
    assert.deepEqual(posts(), before);
  });

  it('erases, and the mark of the artifacts goes', async () => {
    const { page, gitlab, picture } = stage();
    await contextMenu(page, treeRow(page, /^compile/), 'Erase Build…');
    await modalDialog(page).getByRole('button', { name: 'Erase' }).click();
    await eventually(async () => {
      const texts = await shown(page);
      assert.equal(texts[texts.indexOf('compile') + 1], '2:00');
    });
    await picture('erase-2-erased');
    assert.equal(posts().at(-1), 'erase 4');
    assert.equal(gitlab.world.build(4).artifacts, null);
  });

  it("tells GitLab's reason when it refuses", async () => {
    const { page, gitlab, picture } = stage();
    const body = JSON.stringify({ message: '403 Forbidden - Build is not retryable' });
    const answer = { status: 403, headers: { 'Content-Type': 'application/json' }, body };
    gitlab.faults = [{ when: ({ method }) => method === 'POST', times: 1, answer }];
    await contextMenu(page, treeRow(page, /^assets/), 'Retry Build');
    const message = notification(page, /Build is not retryable/);
    await message.waitFor();
    await picture('refused');
    await message.getByRole('button', { name: 'Show Log' }).waitFor();
  });

  it('does not act on a build that has meanwhile become another', async () => {
    const { page, gitlab, project, picture } = stage();
    const before = posts();
    gitlab.world.start(project.builds.assets, 'docker-01');
    await contextMenu(page, treeRow(page, /^assets, passed/), 'Retry Build');
    await notification(page, /assets #5 is running and can't be retried/).waitFor();
    await treeRow(page, /^assets, running/).waitFor();
    await picture('too-late');
    assert.deepEqual(posts(), before);
  });
});
