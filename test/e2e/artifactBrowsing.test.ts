import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pytest } from '../core/artifacts/reports';
import { type Seed, type SeedOptions, seedProject } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { projectRoot } from '../vscode/project';
import { contextMenu, notification, runCommand, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually, pointAt, shown, titleButton, tooltip, unfold, widenSideBar } from './view';

/** A build whose tests have failed, with a page, a picture and a report; and one whose archive is none. */
function furnish(world: World, options: SeedOptions): Seed {
  const seed = seedProject(world, options);
  const { project, sha, ref } = seed;
  const files = {
    'junit.xml': pytest,
    'public/index.html': '<h1>Bakery</h1>\n',
    'public/css/site.css': 'h1 { color: brown }\n',
    'public/logo.png': readFileSync(join(projectRoot, 'media', 'icon.png')),
    ...Object.fromEntries(Array.from({ length: 2500 }, (_, index) => [`many/${index}.txt`, ''])),
  };
  const test = { sha, ref, stage: 'test', createdAt: world.now() - 600_000, finishedAt: world.now() - 300_000 };
  const artifacts = { filename: 'artifacts.zip', files };
  const artifactsExpireAt = world.now() + 3 * 3_600_000;
  world.addBuild(project, { ...test, name: 'pytest', status: 'failed', artifacts, artifactsExpireAt });
  const content = Buffer.from('neither a zip nor anything else');
  world.addBuild(project, { ...test, name: 'odd', status: 'failed', artifacts: { filename: 'a.zip', content } });
  return seed;
}

describe('browsing artifacts', () => {
  const stage = useStage({ gitlab: { profile: '18.9', artifacts: 'redirect' }, furnish });
  const editor = () => stage().page.locator('.editor-group-container.active .view-lines');
  const tab = (name: string) => stage().page.locator('.tab').filter({ hasText: name });
  const artifacts = () => treeRow(stage().page, /^Artifacts of pytest/);

  it('shows what is in them below their build', async () => {
    const { page, folder, picture } = stage();
    const file = join(folder, 'tests', 'test_math.py');
    await mkdir(dirname(file));
    await writeFile(file, Array.from({ length: 20 }, (_, index) => `# line ${index + 1}\n`).join(''));
    await widenSideBar(page, 420);
    await treeRow(page, /^Stage test, 2 failed/).waitFor();
    await unfold(treeRow(page, /^pytest, failed/));
    await unfold(artifacts());
    await treeRow(page, /^test_sum/).waitFor();
    await unfold(treeRow(page, /^public/));
    await unfold(treeRow(page, /^css/));
    await treeRow(page, /^site\.css/).waitFor();
    const rows = await shown(page);
    const from = rows.indexOf('Artifacts');
    assert.deepEqual(rows.slice(from - 4, from - 1), ['test_sum', 'assert 3 == 4', 'test_db']);
    assert.match(rows[from + 1] ?? '', /^\d+ kB · expires in 3 hours$/);
    assert.deepEqual(rows.slice(from + 2, from + 14), [
      ...['many', '0 B', 'public', '14 kB', 'css', '20 B'],
      ...['site.css', '20 B', 'index.html', '16 B', 'logo.png', '14 kB'],
    ]);
    await picture('browse-1-tree');
  });

  it('opens a text and a picture, which cannot be changed', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^index\.html/).dblclick();
    await editor().getByText('Bakery').waitFor();
    assert.match((await tab('index.html').getAttribute('aria-label')) ?? '', /index\.html/);
    await picture('browse-2-text');
    await treeRow(page, /^logo\.png/).dblclick();
    await page.locator('.part.statusbar').getByText('256x256').waitFor();
    await picture('browse-3-picture');
  });

  it('opens a failed test at its line in the workspace', async () => {
    const { page, picture } = stage();
    await pointAt(page, treeRow(page, /^test_sum/));
    await eventually(async () => assert.match(await tooltip(page).innerText(), /tests\/test_math\.py:12/));
    await picture('browse-4-test');
    await treeRow(page, /^test_sum/).click();
    await page.locator('.part.statusbar').getByText('Ln 12, Col 1').waitFor();
    assert.equal(await tab('test_math.py').count(), 1);
  });

  it('opens the report where the workspace has no such file', async () => {
    const { page } = stage();
    await treeRow(page, /^test_db/).click();
    await tab('junit.xml').waitFor();
  });

  it('shows two thousand files of one folder, and how many more there are', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^many/));
    await treeRow(page, /^0\.txt/).click();
    await page.keyboard.press('End');
    await treeRow(page, '500 more. Download the artifacts to see them.').waitFor();
    await picture('browse-5-many');
    await page.keyboard.press('Home');
    await treeRow(page, /^many/).locator('.monaco-tl-twistie').click();
  });

  it('stays open through a refresh, and a click on a failure asks again', async () => {
    const { page, gitlab, picture } = stage();
    await unfold(treeRow(page, /^odd, failed/));
    await unfold(treeRow(page, /^Artifacts of odd/));
    const failure = treeRow(page, "The artifacts aren't a zip archive.");
    await failure.waitFor();
    await picture('browse-6-no-zip');
    const before = gitlab.storage.requests.length;
    await failure.click();
    await eventually(() => assert.ok(gitlab.storage.requests.length > before));
    await titleButton(page, 'Refresh').click();
    await eventually(async () => assert.ok((await shown(page)).includes('site.css')));
    assert.equal(await notification(page, /./).count(), 0);
  });

  it('says no more that they expire once they are kept', async () => {
    const { page, picture } = stage();
    await contextMenu(page, artifacts(), 'Keep Artifacts');
    await eventually(async () => assert.doesNotMatch((await artifacts().getAttribute('aria-label')) ?? '', /expire/));
    assert.ok((await shown(page)).includes('site.css'));
    await picture('browse-7-kept');
  });

  it('brings back the editors of the last time', async () => {
    const { page, picture } = stage();
    // By VS Code's own command, which first keeps what is open.
    await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
    await tab('index.html').click();
    await editor().getByText('Bakery').waitFor();
    await picture('browse-8-back');
  });
});
