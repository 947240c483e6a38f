import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { contextMenu, runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { unfold } from './view';

const component = 'git.example.com/group/lint@1.0';
const ciFile = `include:
  - component: ${component}
stages: [build, test]
compile:
  stage: build
  script: make
rspec:
  stage: test
  scirpt: rspec
  script: rspec
`;

function seedCiFile(world: World, commit: SeedOptions): SmallProject {
  const small = smallProject(world, commit);
  world.publishInclude(component, 'lint:\n  stage: test\n  script: lint\n');
  world.commitFiles(small.project, small.sha, { '.gitlab-ci.yml': ciFile.replace('  scirpt: rspec\n', '') });
  return small;
}

function lens(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.editor .codelens-decoration').filter({ hasText: text });
}

describe('.gitlab-ci.yml', () => {
  const workbench = useWorkbench({
    seed: seedCiFile,
    gitlab: { profile: '18.9' },
    settings: { 'gitlabBuilds.groupBy': 'stage' },
  });

  it('has CodeLenses above its jobs', async () => {
    const { page, folder, picture } = workbench();
    await writeFile(join(folder, '.gitlab-ci.yml'), ciFile);
    await unfold(treeRow(page, /^Stage build/));
    await contextMenu(page, treeRow(page, /^compile, passed/), 'Go to Job in .gitlab-ci.yml');
    await lens(page, /passed/)
      .first()
      .waitFor();
    await lens(page, 'Retry').first().waitFor();
    await picture('ci-lenses');
  });

  it('is validated, with an error at the key that GitLab names', async () => {
    const { page, picture } = workbench();
    await runCommand(page, 'GitLab Builds: Validate CI Configuration');
    await page.locator('.markers-panel').getByText('jobs:rspec config contains unknown keys: scirpt').waitFor();
    await page.locator('.markers-panel').getByText('[Ln 9, Col 3]').waitFor();
    await page.locator('.part.editor .squiggly-error').first().waitFor();
    await picture('ci-lint');
  });

  it("leads to the merged configuration for a component's job", async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^lint, canceled/), 'Go to Job in .gitlab-ci.yml');
    await page.locator('.part.editor .tab.active').filter({ hasText: 'merged configuration of' }).waitFor();
    await page.locator('.part.editor .view-line').filter({ hasText: 'lint:' }).first().waitFor();
    await picture('ci-merged');
  });
});
