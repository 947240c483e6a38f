import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { seedProject, type SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { quickInput, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { eventually } from './view';

const log = [
  '$ cd packages/web && npx tsc --noEmit',
  "src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
  '$ cd ../api && npx tsc --noEmit',
  "src/index.ts(5,7): error TS2304: Cannot find name 'request'.",
  '$ cd "$SOMEWHERE"',
  "src/index.ts(2,1): error TS1005: ';' expected.",
  'ERROR: Job failed: exit code 2',
  '',
].join('\n');

function monorepo(world: World, commit: SeedOptions) {
  const seed = seedProject(world, commit);
  const ended = { sha: seed.sha, ref: seed.ref, user: seed.username, status: 'failed', stage: 'test' } as const;
  return { ...seed, build: world.addBuild(seed.project, { ...ended, name: 'types', trace: log }) };
}

describe('the log of a monorepo', () => {
  const stage = useStage({ furnish: monorepo, gitlab: { profile: '18.9' } });

  it('leads to the file of the package that it means, and asks where it does not say', async () => {
    const { page, folder, git, picture } = stage();
    for (const name of ['web', 'api']) {
      const file = join(folder, 'packages', name, 'src/index.ts');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, Array.from({ length: 9 }, (_, at) => `const ${name}${at + 1} = ${at};\n`).join(''));
    }
    await git('add', '--', 'packages');
    await treeRow(page, /^types, failed/).click();
    const links = page.locator('.part.editor .detected-link');
    await eventually(async () => assert.ok((await links.filter({ hasText: 'src/index.ts' }).count()) >= 3));
    await picture('log-monorepo');
    const line = (text: string) => page.locator('.part.editor .view-line').filter({ hasText: text });
    const click = async (text: string) => {
      await line(text)
        .locator('.detected-link')
        .first()
        .click({ modifiers: ['ControlOrMeta'] });
    };
    await click('TS1005');
    const { option } = await quickInput(page);
    for (const name of ['web', 'api']) await option(`packages/${name}/src/index.ts`).waitFor();
    await picture('log-monorepo-asks');
    await page.keyboard.press('Escape');
    await click('TS2304');
    await page.locator('.part.editor .view-line').filter({ hasText: 'const api5' }).waitFor();
    await page
      .locator('.part.statusbar')
      .getByText(/^Ln 5, Col 7/)
      .waitFor();
    await picture('log-monorepo-file');
  });
});
