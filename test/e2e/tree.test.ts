import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { oddName, smallProject } from '../gitlab/scenarios';
import { treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { choice, eventually, message, pointAt, shown, tick, titleButton, tooltip, unfold } from './view';

/** As it is shown: what is too long for a row is left out in the middle. */
const odd = 'spinach:othe…and:x) $(flame)';
const long = 'integration…er and postgres';
const counts = '1 failed · 1 running · 1 canceled · 1 passed';
/** Few builds of a stage have no headings above them; the failed come first. */
const inTest = [odd, '1:00 · artifacts 142 B', long, '… min', 'lint', 'rspec', '4:00 · passed on retry'];

describe('the tree of a commit', () => {
  const workbench = useWorkbench({ seed: smallProject });

  it('shows stages, and expands the one with a failed build, failed ones first', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('tree-first');
    const rows = ['build', '2 passed', 'test', counts, ...inTest, 'deploy', '1 pending'];
    await eventually(async () => assert.deepEqual(await read(page), rows));
  });

  it('distinguishes the statuses by more than their color', async () => {
    const { page } = workbench();
    await unfold(treeRow(page, /^Stage deploy/));
    await treeRow(page, /^production/).waitFor();
    const names = [
      /^spinach.*, failed/,
      /^integration.*, running/,
      /^lint, canceled/,
      /^rspec, passed/,
      /^production, pending/,
    ];
    const icons = names.map((name) => treeRow(page, name).locator('.custom-view-tree-node-item-icon'));
    const looks = await Promise.all(icons.map((icon) => icon.getAttribute('class')));
    assert.equal(new Set(looks).size, names.length, looks.join('\n'));
  });

  it('shows more about a build on hover, where no text becomes a link', async () => {
    const { page, picture } = workbench();
    await pointAt(page, treeRow(page, /^spinach/));
    const table = tooltip(page).filter({ hasText: 'Runner' });
    await table.waitFor();
    await picture('tree-tooltip');
    const text = await table.innerText();
    assert.ok(text.startsWith(`${oddName} #7 failed`), text);
    for (const part of ['docker-01', 'dana', 'test reports.zip, 142 B', 'Test the CI integration.', '1:00'])
      assert.ok(text.includes(part), `${part} in ${text}`);
    // Nothing but what is ours.
    assert.deepEqual(await table.locator('a').allInnerTexts(), ['Open Log', 'Open in Browser']);
    assert.equal(await table.locator('img, .codicon').count(), 0);
    await page.mouse.move(800, 400);
    await table.waitFor({ state: 'hidden' });
  });

  it('changes its grouping on request', async () => {
    const { page, picture } = workbench();
    await titleButton(page, 'Group Builds By…').click();
    await choice(page, /^Status(current)?$/).click();
    const top = ['failed', '1', odd, 'test · 1:00 · artifacts 142 B', 'running', '1'];
    await eventually(async () => assert.deepEqual((await read(page)).slice(0, top.length), top));
    await picture('grouped-by-status');
    await titleButton(page, 'Group Builds By…').click();
    await choice(page, /^Stage, then status(current)?$/).click();
    await treeRow(page, /^Stage deploy/).waitFor();
  });

  it('shows only the failed builds, says so, and shows all again', async () => {
    const { page, picture } = workbench();
    await titleButton(page, 'Filter Builds by Status…').click();
    await tick(page, 'failed');
    const rows = ['test', '1 of 4 shown', odd, '1:00 · artifacts 142 B'];
    await eventually(async () => assert.deepEqual(await read(page), rows));
    await picture('filtered');
    await eventually(async () => assert.match(await message(page).innerText(), /^main · [0-9a-f]{8} · only failed$/));
    await page
      .locator('.part.sidebar .composite.title')
      .getByRole('button', { name: /^Clear Filter/ })
      .click();
    await treeRow(page, /^Stage deploy/).waitFor();
    await eventually(async () => assert.match(await message(page).innerText(), /^main · [0-9a-f]{8}$/));
  });
});

/** The rows, without how many minutes something has been running. */
async function read(page: Page): Promise<readonly string[]> {
  return (await shown(page)).map((text) => text.replace(/^\d+ min$/, '… min'));
}
