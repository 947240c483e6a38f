import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { oddName, smallProject } from '../gitlab/scenarios';
import { quickInput, setTheme, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import {
  choice,
  eventually,
  expandAll,
  message,
  pointAt,
  shown,
  tick,
  titleButton,
  tooltip,
  unfold,
  welcome,
} from './view';

/** As it is shown: what is too long for a row is left out in the middle. */
const odd = 'spinach:othe…and:x) $(flame)';
const long = 'integration…er and postgres';
const counts = '1 failed · 1 running · 1 canceled · 1 passed';
/** Few builds of a stage have no headings above them; the failed come first. */
const inTest = [odd, '1:00 · artifacts 142 B', long, '… min', 'lint', 'rspec', '4:00 · passed on retry'];

describe('the tree of a commit', () => {
  const stage = useStage({ furnish: smallProject });

  it('shows stages, and opens the one in which a build has failed, the failed first', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await picture('tree-first');
    assert.deepEqual(await read(page), ['build', '2 passed', 'test', counts, ...inTest, 'deploy', '1 pending']);
  });

  it('shows the builds of the other stages when these are opened', async () => {
    const { page, picture } = stage();
    await expandAll(page);
    await treeRow(page, /^production/).waitFor();
    await picture('tree');
    assert.deepEqual(await read(page), [
      ...['build', '2 passed', 'compile', '2:00 · artifacts 257 B', 'assets', '1:00'],
      ...['test', counts, ...inTest],
      ...['deploy', '1 pending', 'production'],
    ]);
  });

  it('is as readable in a light window', async () => {
    const { page, picture } = stage();
    await setTheme(page, 'light');
    await picture('tree-light');
    await setTheme(page, 'dark');
    assert.ok(await treeRow(page, /^production/).isVisible());
  });

  it('tells the statuses apart by more than their colour', async () => {
    const { page } = stage();
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

  it('says above the rows which branch and commit they are of', async () => {
    const { page, project } = stage();
    assert.equal(await message(page).innerText(), `main · ${project.sha.slice(0, 8)}`);
  });

  it('tells more of a build when it is pointed at, and takes nothing in it for a link', async () => {
    const { page, picture } = stage();
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

  it('has the earlier attempts below a build that was retried', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^rspec, passed/));
    await treeRow(page, /^rspec, failed/).waitFor();
    await picture('tree-attempts');
    const texts = await read(page);
    assert.deepEqual(texts.slice(texts.indexOf('rspec')).slice(0, 4), [
      'rspec',
      '4:00 · passed on retry',
      '#6',
      '4:00',
    ]);
    await treeRow(page, /^rspec, passed/)
      .locator('.monaco-tl-twistie')
      .click();
    await treeRow(page, /^rspec, failed/).waitFor({ state: 'hidden' });
  });

  const inBuild = ['build', '2 passed', 'compile', '2:00 · artifacts 257 B', 'assets', '1:00'];
  const first: readonly (readonly [grouping: string, top: readonly string[]])[] = [
    ['Stage', [...inBuild, 'test', counts, ...inTest.slice(0, 2), ...inTest.slice(-2), ...inTest.slice(2, -2)]],
    ['Status', ['failed', '1', odd, 'test · 1:00 · artifacts 142 B', 'running', '1']],
    [
      'None (one list)',
      [odd, 'test · 1:00 · artifacts 142 B', 'compile', 'build · 2:00 · artifacts 257 B', 'assets', 'build · 1:00'],
    ],
    ['Stage, then status', ['build', '2 passed', 'test', counts, ...inTest]],
  ];
  for (const [grouping, top] of first) {
    it(`groups by ${grouping.toLowerCase()}`, async () => {
      const { page, picture } = stage();
      await titleButton(page, 'Group Builds By…').click();
      await choice(page, new RegExp(`^${grouping.replace(/[()]/g, '\\$&')}(current)?$`)).click();
      await eventually(async () => assert.deepEqual((await read(page)).slice(0, top.length), top));
      await picture(`grouped-${grouping.replace(/\W+/g, '-').toLowerCase()}`);
    });
  }

  it('shows the failed builds only, says so, and shows all again', async () => {
    const { page, picture } = stage();
    await filterBy(page, 'failed');
    const rows = ['test', '1 of 4 shown', odd, '1:00 · artifacts 142 B'];
    await eventually(async () => assert.deepEqual(await read(page), rows));
    await picture('filtered');
    assert.match(await message(page).innerText(), /^main · [0-9a-f]{8} · only failed$/);
    await page
      .locator('.part.sidebar .composite.title')
      .getByRole('button', { name: /^Clear Filter/ })
      .click();
    await treeRow(page, /^Stage deploy/).waitFor();
    assert.match(await message(page).innerText(), /^main · [0-9a-f]{8}$/);
  });

  it('offers another filter when no build is left under this one', async () => {
    const { page, gitlab, project, picture } = stage();
    await filterBy(page, 'failed');
    await treeRow(page, /^Stage deploy/).waitFor({ state: 'hidden' });
    gitlab.world.setStatus(project.builds.odd, 'success');
    await titleButton(page, 'Refresh').click();
    await welcome(page).getByText('No build of this commit matches the filter.').waitFor();
    await picture('filtered-empty');
    await welcome(page).getByRole('button', { name: 'Clear Filter' }).waitFor();
    await welcome(page)
      .locator('a')
      .filter({ hasText: /^change the filter$/ })
      .click();
    await tick(page, 'failed');
    await treeRow(page, /^Stage deploy/).waitFor();
  });
});

async function filterBy(page: Page, status: string): Promise<void> {
  await titleButton(page, 'Filter Builds by Status…').click();
  await quickInput(page);
  await tick(page, status);
}

/** The rows, without how many minutes something has been running. */
async function read(page: Page): Promise<readonly string[]> {
  return (await shown(page)).map((text) => text.replace(/^\d+ min$/, '… min'));
}
