import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { contextMenu, modalDialog, notification, runCommand, setTheme, treeRow } from '../vscode/workbench';
import { artifactProject, filesBelow, oddNames, siteFiles } from './artifactScene';
import { useStage } from './stage';
import {
  choice,
  eventually,
  focusedRow,
  goTo,
  inEditor,
  menuByKeys,
  offeredIn,
  pressInRow,
  pressThen,
  shown,
  titleButton,
  unfold,
  widenSideBar,
} from './view';

const scene = { gitlab: { profile: '18.9', artifacts: 'redirect' }, furnish: artifactProject } as const;
const artifactsOf = (page: Page, build: string) => treeRow(page, new RegExp(`^Artifacts of ${build} #`));

/** VS Code shows no more than three messages within 0.8 seconds, and hides the rest behind the bell. */
async function clearMessages(page: Page): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications');
  await eventually(async () => assert.equal(await notification(page, /./).count(), 0));
}

async function unfoldArtifacts(page: Page, build: string): Promise<void> {
  await unfold(treeRow(page, /^Stage build/));
  await unfold(treeRow(page, new RegExp(`^${build}, passed`)));
  await unfold(artifactsOf(page, build));
}

async function foldBuild(page: Page, build: string): Promise<void> {
  await treeRow(page, new RegExp(`^${build}, passed`))
    .locator('.monaco-tl-twistie')
    .click();
  await artifactsOf(page, build).waitFor({ state: 'hidden' });
}

describe('artifacts from the menus of their rows', () => {
  const stage = useStage(scene);
  const saved = (...path: readonly string[]) => join(stage().folder, '.gitlab-builds', ...path);
  const diff = () => stage().page.locator('.editor-group-container.active .monaco-diff-editor');

  async function write(path: string, content: string): Promise<void> {
    const file = join(stage().folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  it('are compared with the file of the workspace at the same place', async () => {
    const { page, picture } = stage();
    await widenSideBar(page, 420);
    await unfoldArtifacts(page, 'site');
    await contextMenu(page, treeRow(page, /^README\.md, file/), 'Compare Artifact with Workspace');
    await diff().getByText('Workspace').first().waitFor();
    await diff().getByText('Bakery').first().waitFor();
    await page.getByRole('tab', { name: /^README\.md \(site #\d+\) and README\.md/ }).waitFor();
    await picture('artifact-actions-1-compare');
  });

  it('are compared with one of several of that name, or with none', async () => {
    const { page, picture } = stage();
    await write('src/index.html', '<h1>Source</h1>\n');
    await write('docs/index.html', '<h1>Documents</h1>\n');
    await unfold(treeRow(page, /^public, folder/));
    await contextMenu(page, treeRow(page, /^index\.html, file/), 'Compare Artifact with Workspace');
    await choice(page, 'docs/index.html').waitFor();
    await picture('artifact-actions-2-which');
    await choice(page, 'src/index.html').click();
    await diff().getByText('Source').first().waitFor();
    await contextMenu(page, treeRow(page, /^logo\.png, file/), 'Compare Artifact with Workspace');
    await notification(page, 'has no public/logo.png and no other file named logo.png.').waitFor();
    await picture('artifact-actions-3-none');
    await clearMessages(page);
  });

  it('come into the workspace by folder', async () => {
    const { page, project, picture } = stage();
    const row = treeRow(page, /^public, folder/);
    await pressInRow(page, row, 'Download Artifact into Workspace');
    const name = `site-${project.site.id}`;
    await notification(page, `Saved .gitlab-builds/${name}/public.`).waitFor();
    await picture('artifact-actions-4-folder');
    const inFolder = Object.keys(siteFiles).filter((path) => path.startsWith('public/'));
    assert.deepEqual(await filesBelow(saved(name)), inFolder.toSorted());
    for (const path of inFolder)
      assert.ok((await readFile(saved(name, path))).equals(Buffer.from(siteFiles[path] ?? '')), path);
    await clearMessages(page);
  });

  it('are unpacked, after a question where they have been before', async () => {
    const { page, project, picture } = stage();
    await contextMenu(page, artifactsOf(page, 'site'), 'Download and Extract Artifacts');
    const message = notification(page, /Saved and extracted .*\/site: 4 files, 14 kB\./);
    await message.waitFor();
    await picture('artifact-actions-5-unpacked');
    const folder = saved(`site-${project.site.id}`, 'site');
    assert.deepEqual(await filesBelow(folder), Object.keys(siteFiles).toSorted());
    await clearMessages(page);
    await contextMenu(page, artifactsOf(page, 'site'), 'Download and Extract Artifacts');
    await modalDialog(page).getByText('/site?').waitFor();
    await modalDialog(page).getByRole('button', { name: 'Cancel' }).click();
    await modalDialog(page).waitFor({ state: 'hidden' });
    await clearMessages(page);
  });

  it('that would do harm are refused, and the archive stays', async () => {
    const { page, project, folder, picture } = stage();
    const before = await filesBelow(folder);
    await contextMenu(page, treeRow(page, /^hostile, passed/), 'Download and Extract Artifacts');
    const refusal = notification(
      page,
      /but didn't extract it\. "?\.\.\/\.\.\/evil\.sh"? points outside the target folder/,
    );
    await refusal.waitFor();
    await picture('artifact-actions-6-refused');
    const zip = join('.gitlab-builds', `hostile-${project.hostile.id}`, 'artifacts.zip');
    const isGits = (path: string) => path.startsWith('.git/');
    assert.deepEqual(
      (await filesBelow(folder)).filter((path) => !isGits(path)),
      [...before.filter((path) => !isGits(path)), zip].sort(),
    );
    await clearMessages(page);
  });

  it('of several builds come together, with one progress', async () => {
    const { page, gitlab, picture } = stage();
    await rm(saved(), { recursive: true });
    gitlab.storage.faults = [{ latencyMs: 1000, times: 2 }];
    await treeRow(page, /^forty, passed/).click();
    await treeRow(page, /^thousands, passed/).click({ modifiers: ['ControlOrMeta'] });
    await contextMenu(page, treeRow(page, /^thousands, passed/), 'Download Artifacts');
    await notification(page, /Artifacts of 2 builds/).waitFor();
    await picture('artifact-actions-7-two');
    await notification(page, /Saved \.gitlab-builds\/\w+-\d+\/artifacts\.zip and 1 more\./).waitFor();
    assert.equal((await filesBelow(saved())).filter((path) => path.endsWith('.zip')).length, 2);
    await clearMessages(page);
  });

  it('are deleted when the question is answered so, and the build stays', async () => {
    const { page, gitlab, project, picture } = stage();
    const row = treeRow(page, /^site, passed/);
    assert.ok((await offeredIn(page, row)).includes('Delete Artifacts…'));
    await contextMenu(page, row, 'Delete Artifacts…');
    await modalDialog(page).getByText('The build and its log are kept.').waitFor();
    await picture('artifact-actions-8-delete');
    await modalDialog(page).getByRole('button', { name: 'Delete' }).click();
    await artifactsOf(page, 'site').waitFor({ state: 'hidden' });
    assert.equal(gitlab.world.build(project.site.id).artifacts, null);
    assert.equal(await row.count(), 1);
    await picture('artifact-actions-9-deleted');
  });
});

describe('artifacts of any size, age and name', () => {
  const stage = useStage(scene);

  async function rowsBelow(build: string): Promise<readonly string[]> {
    const rows = await shown(stage().page);
    return rows.slice(rows.indexOf('Artifacts', rows.indexOf(build)) + 1);
  }

  it('say when they are gone soon, and when they were', async () => {
    const { page, picture } = stage();
    await widenSideBar(page, 480);
    for (const build of ['single', 'forty', 'site', 'expired']) await unfoldArtifacts(page, build);
    await treeRow(page, /^parts, folder/).waitFor();
    assert.deepEqual((await rowsBelow('single')).slice(1, 3), ['app.bin', '1.0 kB']);
    assert.match((await rowsBelow('forty'))[0] ?? '', /^\d+\.\d kB · expires within the hour$/);
    assert.match((await rowsBelow('site'))[0] ?? '', /^15 kB · expires in 1\d days$/);
    // They are to be had for as long as GitLab lists them.
    await treeRow(page, /^old\.txt, file/).waitFor();
    assert.match((await rowsBelow('expired'))[0] ?? '', /^\d+ B · expired$/);
    await picture('artifact-names-1-ages');
    for (const build of ['single', 'site', 'expired']) await foldBuild(page, build);
  });

  it('are forty in a folder, in the order of their numbers', async () => {
    const { page, picture } = stage();
    await unfold(treeRow(page, /^parts, folder/));
    await treeRow(page, /^part 1\.txt, file/).waitFor();
    const names = (await rowsBelow('forty')).filter((text) => text.startsWith('part '));
    assert.deepEqual(
      names.slice(0, 12),
      Array.from({ length: 12 }, (_, index) => `part ${index + 1}.txt`),
    );
    await picture('artifact-names-2-forty');
    await foldBuild(page, 'forty');
  });

  it('are thousands in a folder', async () => {
    const { page, picture } = stage();
    await unfoldArtifacts(page, 'thousands');
    await unfold(treeRow(page, /^many, folder/));
    await treeRow(page, /^part 1\.txt, file/).click();
    await page.keyboard.press('End');
    await treeRow(page, /^odd names, passed/).waitFor();
    await treeRow(page, '1000 more. Download the artifacts to see them.').waitFor();
    await picture('artifact-names-3-thousands');
    await page.keyboard.press('Home');
    await foldBuild(page, 'thousands');
  });

  it('have names that mean harm or nothing, which are shown and lead nowhere', async () => {
    const { page, picture } = stage();
    await unfoldArtifacts(page, 'empty');
    await treeRow(page, 'The archive is empty.').waitFor();
    await unfoldArtifacts(page, 'odd names');
    await treeRow(page, /^plain\.txt, file/).waitFor();
    for (const name of ['../evil.sh', '/etc/passwd', 'C:\\Windows\\system.ini', 'two lines.txt'])
      assert.ok((await shown(page)).includes(name), name);
    assert.equal((await shown(page)).filter((name) => name === 'twice.txt').length, 2);
    const evil = treeRow(page, /^\.\.\/evil\.sh, file/);
    assert.deepEqual(await offeredIn(page, evil), ['Download Artifact into Workspace']);
    await evil.click();
    assert.equal(await page.locator('.editor-group-container .tab').count(), 1, 'the one of the test before');
    await treeRow(page, /^ünïcödé 🦊 50% #1\?\.txt, file/).click();
    await page
      .locator('.view-lines')
      .getByText(oddNames[1] ?? '')
      .waitFor();
    await picture('artifact-names-4-odd');
  });

  it('read well in any theme', async () => {
    const { page, picture } = stage();
    await setTheme(page, 'light');
    await picture('artifact-names-5-light');
    for (const [colorScheme, theme] of [
      ['dark', 'hc-black'],
      ['light', 'hc-light'],
    ] as const) {
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await page.locator(`.monaco-workbench.${theme}`).waitFor();
      await picture(`artifact-names-6-${theme}`);
    }
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
    await page.locator('.monaco-workbench.vs-dark').waitFor();
  });
});

describe('artifacts without a mouse', () => {
  const stage = useStage(scene);
  const focused = (name: RegExp) => focusedRow(stage().page).and(treeRow(stage().page, name));

  it('are reached and opened by the arrows and Enter', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Stage build/).waitFor();
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^Stage build/);
    await pressThen(page, 'ArrowRight', treeRow(page, /^site, passed/));
    await goTo(page, /^site, passed/);
    await pressThen(page, 'ArrowRight', artifactsOf(page, 'site'));
    await pressThen(page, 'ArrowDown', focused(/^Artifacts of site/));
    await pressThen(page, 'ArrowRight', treeRow(page, /^public, folder/));
    await pressThen(page, 'ArrowDown', focused(/^public, folder/));
    await pressThen(page, 'ArrowRight', treeRow(page, /^index\.html, file/));
    await goTo(page, /^index\.html, file/);
    await pressThen(page, 'Enter', page.locator('.view-lines').getByText('Bakery'));
    await picture('artifact-keys-1-opened');
  });

  it('are compared, and downloaded, from the menu of the row', async () => {
    const { page, folder, project } = stage();
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^README\.md, file/);
    await menuByKeys(page, 'Compare Artifact with Workspace');
    await page.locator('.monaco-diff-editor').getByText('Workspace').first().waitFor();
    // It takes the focus a moment after it is drawn.
    await inEditor(page);
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^css, folder/);
    await menuByKeys(page, 'Download Artifact into Workspace');
    await notification(page, /Saved .*\/public\/css\./).waitFor();
    const saved = join(folder, '.gitlab-builds', `site-${project.site.id}`);
    assert.deepEqual(await filesBelow(saved), ['public/css/site.css']);
  });

  it('stay open when the builds are refreshed', async () => {
    const { page, gitlab, picture } = stage();
    const before = gitlab.requests.length;
    await titleButton(page, 'Refresh').focus();
    await page.keyboard.press('Enter');
    await eventually(() => assert.ok(gitlab.requests.length > before));
    assert.ok((await shown(page)).includes('css'));
    await picture('artifact-keys-2-refreshed');
  });
});
