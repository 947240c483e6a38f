import assert from 'node:assert/strict';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type RawEntry, rawZip } from '../core/artifacts/rawZip';
import { seedProject, type SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { projectRoot } from '../vscode/project';
import { contextMenu, notification, runCommand, treeRow } from '../vscode/workbench';
import { filesBelow } from './artifactScene';
import { useStage } from './stage';
import { titleButton, unfold } from './view';

const installed = join(projectRoot, 'node_modules');
const programs = ['semver', 'js-yaml', 'prettier'];
const symbolicLink = 0o120777;

/** Some of our own packages and their links in `.bin`, as `zip -y` and the runner pack them. */
async function nodeModules(): Promise<readonly RawEntry[]> {
  const entries: RawEntry[] = [];
  for (const program of programs) {
    const target = await readlink(join(installed, '.bin', program));
    const path = join('node_modules', program, 'package.json');
    entries.push({ name: `node_modules/.bin/${program}`, content: target, mode: symbolicLink });
    const start = join('node_modules', '.bin', target);
    for (const name of [path, start])
      entries.push({ name, content: await readFile(join(projectRoot, name)), mode: 0o100644 });
  }
  return [
    ...entries,
    // As npm links the packages of a workspace.
    { name: 'packages/web/package.json', content: '{ "name": "web" }\n', mode: 0o100644 },
    { name: 'node_modules/web', content: '../packages/web', mode: symbolicLink },
    { name: 'node_modules/.git/config', content: '[core]\n', mode: 0o100644 },
  ];
}

describe('The artifacts of a build that keeps node_modules', () => {
  const stage = useStage({
    furnish: (world: World, commit: SeedOptions) => seedProject(world, commit),
    gitlab: { profile: '18.9' },
  });

  it('are unpacked without their links, of which those to files become copies, and say what is left out', async () => {
    const { page, folder, gitlab, project, picture } = stage();
    const artifacts = { filename: 'artifacts.zip', content: rawZip([...(await nodeModules())]) };
    const { sha, ref } = project;
    const build = gitlab.world.addBuild(project.project, {
      ...{ sha, ref, stage: 'build', status: 'success', name: 'install', artifacts },
    });
    await titleButton(page, 'Refresh').click();
    await unfold(treeRow(page, /^Stage build/));
    await contextMenu(page, treeRow(page, /^install, passed/), 'Download and Extract Artifacts');
    await notification(page, /2 entries left out: 1 link, 1 \.git\./).waitFor();
    await picture('node-modules-1-extracted');
    const unpacked = join(folder, '.gitlab-builds', `install-${build.id}`);
    const [archive = ''] = (await readdir(unpacked)).filter((name) => !name.endsWith('.zip'));
    const root = (await readdir(unpacked)).includes('node_modules') ? unpacked : join(unpacked, archive);
    for (const program of programs) {
      const copy = join(root, 'node_modules/.bin', program);
      assert.ok((await lstat(copy)).isFile(), copy);
      const target = await readlink(join(installed, '.bin', program));
      assert.deepEqual(await readFile(copy), await readFile(join(installed, '.bin', target)));
    }
    const files = await filesBelow(root);
    assert.ok(
      files.includes('packages/web/package.json') && !files.some((name) => name.includes('.git/')),
      files.join(),
    );
    for (const name of files) assert.ok(!(await lstat(join(root, name))).isSymbolicLink(), name);
    await runCommand(page, 'Notifications: Clear All Notifications');
    await runCommand(page, 'GitLab Builds: Show Extension Log');
    await page.locator('.part.panel .view-line', { hasText: 'node_modules/web' }).first().waitFor();
    await picture('node-modules-2-names');
  });
});
