import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { oddName, smallProject } from '../gitlab/scenarios';
import { quickInput, setTheme, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, message, pointAt, shown, tick, titleButton, tooltip, unfold, welcome } from './view';

/** As it is shown: with a mark that nobody sees and that keeps it from being a link. */
const odd = oddName.replace('](', ']\u2060(');

describe('the tree of a commit', () => {
  const stage = useStage({ furnish: smallProject });

  it('shows stages, in them statuses, the failed first, and in them builds', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^production/).waitFor();
    await picture('tree');
    assert.deepEqual((await shown(page)).map(shortened), [
      ...['build', 'passed · 2'],
      ...['test', `failed · 1 of 4: ${odd}`],
      ...['failed', '1', odd, '1:00 · artifacts 142 B'],
      ...['running', '1', 'integration …', '17:…'],
      ...['canceled', '1', 'passed', '1'],
      ...['deploy', 'pending · 1', 'pending', '1', 'production'],
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
    const names = ['failed', 'running', 'canceled', 'passed', 'pending'];
    const icons = names.map((name) =>
      treeRow(page, new RegExp(`^${name}, \\d`)).locator('.codicon:not(.monaco-tl-twistie)'),
    );
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
    assert.equal(await table.locator('a, img, .codicon').count(), 0);
    await page.mouse.move(800, 400);
    await table.waitFor({ state: 'hidden' });
  });

  it('has the earlier attempts below a build that was retried', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^passed, 1/));
    await unfold(treeRow(page, /^rspec, passed/));
    await treeRow(page, /^rspec, failed/).waitFor();
    await picture('tree-attempts');
    const texts = await shown(page);
    assert.deepEqual(texts.slice(texts.indexOf('rspec')).slice(0, 4), ['rspec', '4:00 · attempt 2', '#6', '4:00']);
  });

  const first: readonly (readonly [grouping: string, top: readonly string[]])[] = [
    ['Stage', ['build', 'passed · 2', 'test', `failed · 1 of 4: ${odd}`, odd, '1:00 · artifacts 142 B']],
    ['Status', ['failed', '1', odd, 'test · 1:00 · artifacts 142 B', 'running', '1']],
    [
      'None (one list)',
      [odd, 'test · 1:00 · artifacts 142 B', 'compile', 'build · 2:00 · artifacts 257 B', 'assets', 'build · 1:00'],
    ],
    ['Stage, then status', ['build', 'passed · 2', 'test', `failed · 1 of 4: ${odd}`, 'failed', '1']],
  ];
  for (const [grouping, top] of first) {
    it(`groups by ${grouping.toLowerCase()}`, async () => {
      const { page, picture } = stage();
      await titleButton(page, 'Group Builds By…').click();
      await choice(page, new RegExp(`^${grouping}(current)?$`)).click();
      await eventually(async () => assert.deepEqual((await shown(page)).slice(0, top.length), top));
      await picture(`grouped-${grouping.replace(/\W+/g, '-').toLowerCase()}`);
    });
  }

  it('shows the failed builds only, says so, and shows all again', async () => {
    const { page, picture } = stage();
    await filterBy(page, 'failed');
    const rows = ['test', `failed · 1 of 1: ${odd}`, 'failed', '1', odd, '1:00 · artifacts 142 B'];
    await eventually(async () => assert.deepEqual(await shown(page), rows));
    await picture('filtered');
    assert.match(await message(page).innerText(), /^main · [0-9a-f]{8} · only failed$/);
    await filterBy(page, 'failed');
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
    await welcome(page).getByRole('button', { name: 'Change Filter' }).click();
    await tick(page, 'failed');
    await treeRow(page, /^Stage deploy/).waitFor();
  });
});

async function filterBy(page: Page, status: string): Promise<void> {
  await titleButton(page, 'Filter Builds by Status…').click();
  await quickInput(page);
  await tick(page, status);
}

/** The name without end, and the running time without its seconds. */
function shortened(text: string): string {
  return text.replace(/^integration .*/, 'integration …').replace(/^17:\d\d$/, '17:…');
}
