import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FakeTest } from '../gitlab/model';
import { type SeedOptions, seedProject } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { notification, runCommand, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { unfold } from './view';

const pytest: readonly FakeTest[] = [
  {
    status: 'failed',
    name: 'test_sum',
    classname: 'tests.test_math',
    time: 0.5,
    output: 'E  AssertionError: assert 3 == 4\ntests/test_math.py:2: AssertionError',
    recentFailures: { count: 3, baseBranch: 'main' },
  },
  { status: 'success', name: 'test_ok', classname: 'tests.test_math', time: 0.25 },
  { status: 'skipped', name: 'test_slow', classname: 'tests.test_math' },
];
const jest: readonly FakeTest[] = [
  {
    status: 'failed',
    name: 'sum adds',
    classname: 'sum',
    output:
      'Error: expect(received).toBe(expected)\n    at Object.toBe (/builds/group/sub.project/src/sum.test.js:2:15)',
  },
  { status: 'success', name: 'sum subtracts', classname: 'sum' },
];

/** A failed pytest and a failed jest, with their tests in reports. */
function seedTests(world: World, options: SeedOptions) {
  const seed = seedProject(world, options);
  const { project, sha, ref } = seed;
  for (const [name, tests] of Object.entries({ pytest, jest }))
    world.addBuild(project, { sha, ref, stage: 'test', status: 'failed', name, tests });
  return seed;
}

describe('The Testing view of a commit', () => {
  const workbench = useWorkbench({ seed: seedTests, gitlab: { profile: '18.9' } });

  it('shows the tests once they are requested, and leads to the line of the failure', async () => {
    const { page, folder, picture } = workbench();
    await mkdir(join(folder, 'tests'), { recursive: true });
    await mkdir(join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'tests', 'test_math.py'), 'def test_sum():\n    assert sum() == 4\n');
    await writeFile(join(folder, 'src', 'sum.test.js'), "test('sum adds', () => {\n  expect(sum(1)).toBe(4);\n});\n");
    await treeRow(page, /^pytest, failed/).waitFor();
    assert.equal(await page.getByRole('tab', { name: 'Testing' }).count(), 0);
    await runCommand(page, 'GitLab Builds: Show Tests of This Commit');
    const message = notification(page, /2 tests failed/);
    await message.waitFor();
    // Nothing is opened before the button is pressed.
    assert.ok(await treeRow(page, /^pytest, failed/).isVisible());
    await message.getByRole('button', { name: 'Open Testing View' }).click();
    await page.locator('.part.sidebar .title-label', { hasText: 'Testing' }).waitFor();
    await treeRow(page, /^jest \(/).waitFor();
    await picture(`testing-1-view`);
    await unfold(treeRow(page, /^pytest/));
    await unfold(treeRow(page, /^tests\.test_math/));
    await picture(`testing-2-expanded`);
    await page.locator('.part.sidebar [role=treeitem]').filter({ hasText: 'test_sum' }).last().dblclick();
    await page.getByRole('tab', { name: 'test_math.py' }).waitFor();
    await picture(`testing-3-line`);
  });
});
