import assert from 'node:assert/strict';
import { hostileNames, smallProject, type SmallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { contextMenu, quickInput, runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { choice, eventually, isPlain, unfold } from './view';

const names = hostileNames.slice(0, 10);

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
  // The first name is a pattern, too.
  const more = { type: 'STRING', description: names.join(' ~ '), default: 'c', regex: '[click](command:a.b)' } as const;
  const hostile = { inputsSpec: names.map((name) => ({ name, ...more })) };
  world.addBuild(project, { sha, name: 'hostile', stage: 'deploy', when: 'manual', status: 'manual', ...hostile });
  return small;
}

describe('inputs', () => {
  const workbench = useWorkbench({ seed: seedInputs, gitlab: { profile: '18.10' } });

  it('let a build be played with inputs, from its menu', async () => {
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

  it('an input box shows hostile names without links and icons', async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^hostile.*, manual/).first(), 'Play Build with Inputs…');
    for (const [at, name] of names.entries()) {
      await choice(page, 'with these inputs').waitFor();
      for (let row = 0; row <= at; row += 1) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const { input, message } = await quickInput(page);
      await eventually(async () => assert.equal(await input.inputValue(), 'c'));
      const widget = page.locator('.quick-input-widget:visible');
      await isPlain(widget.locator('.quick-input-title'), [name]);
      await isPlain(message, names);
      if (at === 0) await picture('hostile-input');
      await input.fill('many');
      await page.keyboard.press('Enter');
      await message.filter({ hasText: 'The value must match' }).waitFor();
      if (at === 0) await picture('hostile-validation');
      await isPlain(message, names.slice(0, 1));
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('Escape');
  });

  it('let a pipeline run with a changed input', async () => {
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
