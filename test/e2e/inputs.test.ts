import assert from 'node:assert/strict';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { contextMenu, quickInput, runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { choice, eventually, unfold } from './view';

function seedInputs(world: World, commit: SeedOptions): SmallProject {
  const small = smallProject(world, commit);
  const { project, sha } = small;
  const environment = { name: 'environment', type: 'STRING', description: 'Where to deploy' } as const;
  const inputsSpec = [
    { ...environment, options: ['staging', 'production'], default: 'staging' },
    { name: 'replicas', type: 'NUMBER', default: 2 },
  ] as const;
  world.addBuild(project, { sha, name: 'release', stage: 'deploy', when: 'manual', status: 'manual', inputsSpec });
  world.declareInputs(project, ...inputsSpec);
  return small;
}

describe('inputs', () => {
  const workbench = useWorkbench({ seed: seedInputs, gitlab: { profile: '18.10' } });

  it('a build is played with inputs, from its menu', async () => {
    const { page, gitlab, picture } = workbench();
    await unfold(treeRow(page, /^Stage deploy/));
    const row = treeRow(page, /^release.*, manual/).first();
    await contextMenu(page, row, 'Play Build with Inputs…');
    await choice(page, 'replicas').click();
    const { input } = await quickInput(page);
    await input.fill('many');
    await page.keyboard.press('Enter');
    await page.getByText('Enter a number.').first().waitFor();
    await picture('build-input');
    await input.fill('4');
    await page.keyboard.press('Enter');
    await choice(page, 'with these inputs').click();
    await eventually(() => {
      const sent = gitlab.requests.find(({ method, path }) => method === 'POST' && path.endsWith('/play'));
      assert.deepEqual(JSON.parse(sent?.body ?? '{}'), { job_inputs: { replicas: 4 } });
    });
  });

  it('a pipeline runs with an input that was changed', async () => {
    const { page, gitlab, picture } = workbench();
    await runCommand(page, 'GitLab Builds: Run Pipeline…');
    await choice(page, 'environment').waitFor();
    await picture('pipeline-inputs');
    await choice(page, 'environment').click();
    await choice(page, 'production').click();
    await choice(page, 'Continue with these inputs').click();
    await choice(page, 'without variables').click();
    await eventually(() => {
      const sent = gitlab.requests.find(({ method, path }) => method === 'POST' && path.endsWith('/pipeline'));
      assert.deepEqual(JSON.parse(sent?.body ?? '{}'), { ref: 'main', inputs: { environment: 'production' } });
    });
  });
});
