import assert from 'node:assert/strict';
import { hostileNames, oddName, smallProject } from '../gitlab/scenarios';
import { contextMenu, modalDialog, notification, treeRow } from '../vscode/workbench';
import { useStage } from './stage';

/** What of a text a person sees, with one kind of white space. */
function visible(text: string): string {
  return text
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, '')
    .replace(/[\s\ufeff]+/g, ' ')
    .trim();
}

/** As many as a reason of GitLab's is not cut at. */
const names = hostileNames.slice(0, 10);

describe('hostile names in the messages of VS Code', () => {
  const stage = useStage({ furnish: smallProject });

  it('are read in a notification as they are, and are neither a link nor an icon there', async () => {
    const { page, gitlab, picture } = stage();
    const body = JSON.stringify({ message: names.join(' ~ ') });
    const answer = { status: 403, headers: { 'Content-Type': 'application/json' }, body };
    gitlab.faults = [{ when: ({ method }) => method === 'POST', answer }];
    await contextMenu(page, treeRow(page, /^spinach.*, failed/), 'Retry Build');
    const shown = notification(page, '[click]');
    await shown.waitFor();
    gitlab.faults = [];
    await picture('hostile-message');
    const words = shown.locator('.notification-list-item-message');
    const text = visible(await words.innerText());
    for (const name of names) assert.ok(text.includes(visible(name)), `${visible(name)} in ${text}`);
    assert.equal(await words.locator('a, img, .codicon').count(), 0);
    await page.keyboard.press('Escape');
  });

  it('are read in a modal as they are, and are neither a link nor an icon there', async () => {
    const { page, picture } = stage();
    await contextMenu(page, treeRow(page, /^spinach.*, failed/), 'Erase Build…');
    const dialog = modalDialog(page);
    await dialog.waitFor();
    await picture('hostile-modal');
    const words = dialog.locator('.dialog-message-container');
    assert.ok(visible(await words.innerText()).includes(visible(oddName)));
    assert.equal(await words.locator('a, img, .codicon').count(), 0);
    await page.keyboard.press('Escape');
  });
});
