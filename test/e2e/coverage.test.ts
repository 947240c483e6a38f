import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seedProject } from '../gitlab/seed';
import { contextMenu, notification, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { eventually, titleButton, unfold } from './view';

const source = [
  'export function price(kind, count) {',
  "  if (kind === 'rye') {",
  '    return 3 * count;',
  '  }',
  "  if (kind === 'spelt') {",
  '    return 4 * count;',
  '  }',
  '  return undefined;',
  '}',
  '',
].join('\n');

/** As c8 writes it for a test that asks for rye alone. */
const lcov = [
  ...['TN:', 'SF:src/price.js', 'FN:1,price', 'FNF:1', 'FNH:1', 'FNDA:1,price'],
  ...['BRDA:2,0,0,1', 'BRDA:2,0,1,0', 'BRF:2', 'BRH:1'],
  ...['DA:1,1', 'DA:2,1', 'DA:3,1', 'DA:5,0', 'DA:6,0', 'DA:8,0', 'LF:6', 'LH:3', 'end_of_record', ''],
].join('\n');

for (const release of ['newest', 'oldest'] as const)
  describe(`The coverage of the checked-out commit's build, in the ${release} VS Code,`, () => {
    const workbench = useWorkbench({ seed: seedProject, gitlab: { profile: '18.9' }, release });

    it('is drawn next to the lines, and offers nothing to run', async () => {
      const { page, folder, git, gitlab, project, picture } = workbench();
      const file = join(folder, 'src/price.js');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, source);
      await git('add', '--', 'src');
      await git('commit', '--quiet', '--message=Sell bread');
      const sha = await git('rev-parse', 'HEAD');
      gitlab.world.addCommit(project.project, { sha, title: 'Sell bread' });
      const artifacts = { filename: 'artifacts.zip', files: { 'coverage/lcov.info': lcov } };
      const ended = { sha, ref: 'main', stage: 'test', status: 'success' } as const;
      gitlab.world.addBuild(project.project, { ...ended, name: 'unit', artifacts });
      await titleButton(page, 'Refresh').click();
      await unfold(treeRow(page, /^Stage test/));
      await contextMenu(page, treeRow(page, /^unit, passed/), 'Show Coverage of Build');
      await notification(page, /coverage of unit #\d+ is shown in 1 file/)
        .getByRole('button', { name: 'Open Test Coverage' })
        .click();
      const covered = page.locator('.part.sidebar [role=treeitem]').filter({ hasText: 'price.js' });
      await covered.waitFor();
      await picture(`coverage-${release}-1-view`);
      // What would run something, of this build or at all.
      assert.equal(
        await page
          .locator('.part.sidebar')
          .getByRole('button', { name: /\bRun\b/ })
          .count(),
        0,
      );
      await covered.dblclick();
      await page.getByRole('tab', { name: 'price.js' }).waitFor();
      const painted = (kind: string) => page.locator(`.part.editor .coverage-deco-gutter.coverage-deco-${kind}`);
      // Of line 2 only one branch is covered: it is painted as both.
      await eventually(async () => {
        assert.equal(await painted('hit').count(), 3);
        assert.equal(await painted('miss').count(), 4);
      });
      await picture(`coverage-${release}-2-painted`);
    });
  });
