import assert from 'node:assert/strict';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import type { SeedOptions } from '../gitlab/seed';
import type { World } from '../gitlab/world';
import { modalDialog, quickInput, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { choice, eventually, focusedRow, goTo, listFocused, menuByKeys, pressThen, title } from './view';

describe('using only the keyboard', () => {
  const workbench = useWorkbench({ seed: seedManyStatuses });

  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await workbench().page.keyboard.press(key);
  };
  const posts = () => workbench().gitlab.requests.filter(({ method }) => method === 'POST').length;

  async function run(command: string): Promise<void> {
    const { page } = workbench();
    await press('F1');
    const { input } = await quickInput(page);
    await eventually(async () => {
      await input.fill(`>${command}`);
      await choice(page, command).first().waitFor({ timeout: 1500 });
    });
    await press('Enter');
  }

  it('the view gets the focus with its command', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^Stage deploy/).waitFor();
    await run('View: Show Explorer');
    await eventually(async () => assert.equal(await title(page).innerText(), 'Explorer'));
    await run('GitLab Builds: Focus on GitLab Builds View');
    await treeRow(page, /^Stage deploy/).waitFor();
    await listFocused(page);
    await press('Home');
    await eventually(async () =>
      assert.match((await focusedRow(page).getAttribute('aria-label')) ?? '', /^Stage build/),
    );
    await picture('keyboard-focus');
  });

  it('the arrow keys expand a stage and a status', async () => {
    const { page } = workbench();
    await pressThen(page, 'ArrowRight', treeRow(page, /^passed, 2/));
    await goTo(page, /^passed, 2/);
    await pressThen(page, 'ArrowRight', treeRow(page, /^compile, passed/));
    await goTo(page, /^compile, passed/);
  });

  it("a build is retried from its row's menu", async () => {
    const { page, picture } = workbench();
    await goTo(page, /^spinach.*, failed/);
    await press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Retry Build' }).waitFor();
    await picture('keyboard-menu');
    await press('Escape');
    await page.getByRole('menuitem', { name: 'Retry Build' }).waitFor({ state: 'hidden' });
    await menuByKeys(page, 'Retry Build');
    await treeRow(page, /^spinach.*, pending/).waitFor();
    assert.equal(posts(), 1);
  });

  /** It is far down in the menu of its row: the arrow up comes to it from the end. */
  async function chooseErase(): Promise<void> {
    const { page } = workbench();
    const named = { name: 'Erase Build…', exact: true };
    const chosen = page.locator('.monaco-menu .action-item.focused').getByRole('menuitem', named);
    await press('Shift+F10');
    await page.getByRole('menuitem', named).waitFor();
    for (let step = 0; step < 30 && (await chosen.count()) === 0; step++) await press('ArrowUp');
    await press('Enter');
  }

  it('a build is erased or kept, as confirmed', async () => {
    const { page } = workbench();
    await goTo(page, /^compile, passed/);
    await chooseErase();
    await modalDialog(page).waitFor();
    await press('Escape');
    await modalDialog(page).waitFor({ state: 'hidden' });
    assert.equal(posts(), 1);
    await chooseErase();
    await modalDialog(page).getByRole('button', { name: 'Erase' }).waitFor();
    await press('Enter');
    await eventually(() => assert.equal(posts(), 2));
  });
});

/** With so many builds in its first stage that they are grouped by status. */
function seedManyStatuses(world: World, options: SeedOptions): SmallProject {
  const small = smallProject(world, options);
  const { project, sha, ref } = small;
  for (const name of ['api', 'docs', 'fonts', 'manual', 'site'])
    world.addBuild(project, { sha, ref, stage: 'build', name, status: 'canceled' });
  return small;
}
