import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { rawZip } from '../core/artifacts/rawZip';
import { seedProject, type SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { projectRoot } from '../vscode/project';
import { contextMenu, notification, openView, runCommand, setTheme, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually, focusedRow, goTo, pressInRow, pressThen, shown, unfold, widenSideBar } from './view';

const oddName = 'ünïcödé 🦊 50% #1?.txt';
const hostileNames = ['../evil.sh', '/etc/passwd', 'two\nlines.txt'];

/** A build with a site, and one whose archive has names from odd to hostile. */
function seedArtifacts(world: World, options: SeedOptions) {
  const seed = seedProject(world, options);
  const { project, sha, ref } = seed;
  const files = {
    'README.md': '# Bakery\n',
    'public/index.html': '<h1>Bakery</h1>\n',
    'public/css/site.css': 'h1 { color: brown }\n',
    'public/logo.png': readFileSync(join(projectRoot, 'media', 'icon.png')),
  };
  const ended = { sha, ref, stage: 'build', status: 'success' } as const;
  const site = world.addBuild(project, { ...ended, name: 'site', artifacts: { filename: 'site.zip', files } });
  const content = rawZip([oddName, ...hostileNames].map((name) => ({ name, content: name })));
  world.addBuild(project, { ...ended, name: 'odd names', artifacts: { filename: 'odd.zip', content } });
  return { ...seed, site };
}

describe('artifacts', () => {
  const workbench = useWorkbench({ gitlab: { profile: '18.9', artifacts: 'redirect' }, seed: seedArtifacts });
  const editor = () => workbench().page.locator('.editor-group-container.active .view-lines');
  const tab = (name: string) => workbench().page.locator('.tab').filter({ hasText: name });
  const artifactsOf = (build: string) => treeRow(workbench().page, new RegExp(`^Artifacts of ${build} #`));

  it('show progress while they load, and are revealed in the Explorer', async () => {
    const { page, gitlab, project, folder, git, picture } = workbench();
    await widenSideBar(page, 420);
    await unfold(treeRow(page, /^Stage build/));
    gitlab.storage.faults = [{ latencyMs: 1500, times: 1 }];
    await pressInRow(page, treeRow(page, /^site, passed/), 'Download Artifacts');
    await notification(page, /Artifacts of site #/).waitFor();
    await picture('artifacts-5-progress');
    const message = notification(page, /Saved/);
    await message.waitFor();
    await picture('artifacts-6-saved');
    await message.getByRole('button', { name: 'Reveal' }).click();
    await treeRow(page, 'site.zip').waitFor();
    await picture('artifacts-7-revealed');
    const { artifacts } = gitlab.world.build(project.site.id);
    assert.ok(artifacts);
    const saved = await readFile(join(folder, '.gitlab-builds', `site-${project.site.id}`, 'site.zip'));
    assert.deepEqual(saved, await buffer(artifacts.read(0, artifacts.size)));
    assert.equal(await git('status', '--porcelain'), '');
    await openView(page, 'GitLab Builds');
  });

  it('are reached and opened with the arrow keys and Enter', async () => {
    const { page, picture } = workbench();
    const focused = (name: RegExp) => focusedRow(page).and(treeRow(page, name));
    await treeRow(page, /^Stage build/).waitFor();
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^Stage build/);
    await pressThen(page, 'ArrowRight', treeRow(page, /^site, passed/));
    await goTo(page, /^site, passed/);
    await pressThen(page, 'ArrowRight', artifactsOf('site'));
    await pressThen(page, 'ArrowDown', focused(/^Artifacts of site/));
    await pressThen(page, 'ArrowRight', treeRow(page, /^public, folder/));
    await pressThen(page, 'ArrowDown', focused(/^public, folder/));
    await pressThen(page, 'ArrowRight', treeRow(page, /^index\.html, file/));
    await goTo(page, /^index\.html, file/);
    await pressThen(page, 'Enter', page.locator('.view-lines').getByText('Bakery'));
    await picture('artifacts-1-opened');
  });

  it('open as a picture, and with an unusual name', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^logo\.png/).dblclick();
    await page.locator('.part.statusbar').getByText('256x256').waitFor();
    await picture('artifacts-2-picture');
    await unfold(treeRow(page, /^odd names, passed/));
    await unfold(artifactsOf('odd names'));
    await treeRow(page, /^ünïcödé 🦊 50% #1\?\.txt, file/).click();
    await editor().getByText(oddName).waitFor();
    await picture('artifacts-3-odd');
    const names = await shown(page);
    for (const name of hostileNames) assert.ok(names.includes(name.replace('\n', ' ')), name);
  });

  it('are readable in any theme', async () => {
    const { page, picture } = workbench();
    await setTheme(page, 'light');
    await picture('artifacts-4-light');
    for (const [colorScheme, theme] of [
      ['dark', 'hc-black'],
      ['light', 'hc-light'],
    ] as const) {
      await page.emulateMedia({ forcedColors: 'active', colorScheme });
      await page.locator(`.monaco-workbench.${theme}`).waitFor();
      await picture(`artifacts-4-${theme}`);
    }
    await page.emulateMedia({ forcedColors: 'none', colorScheme: 'dark' });
    await page.locator('.monaco-workbench.vs-dark').waitFor();
  });

  it('are compared with the workspace file at the same path', async () => {
    const { page, picture } = workbench();
    const diff = page.locator('.editor-group-container.active .monaco-diff-editor');
    await contextMenu(page, treeRow(page, /^README\.md, file/), 'Compare Artifact with Workspace');
    await diff.getByText('Workspace').first().waitFor();
    await diff.getByText('Bakery').first().waitFor();
    await page.getByRole('tab', { name: /^README\.md \(site #\d+\) and README\.md/ }).waitFor();
    await picture('artifacts-8-compare');
  });

  it('are restored in their editors after a reload', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^index\.html/).dblclick();
    await editor().getByText('Bakery').waitFor();
    // By VS Code's own command, which first keeps what is open.
    await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
    await tab('index.html').click();
    await eventually(() => editor().getByText('Bakery').waitFor());
    await picture('artifacts-9-back');
  });
});
