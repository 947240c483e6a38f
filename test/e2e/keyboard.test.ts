import assert from 'node:assert/strict';
import { smallProject } from '../gitlab/scenarios';
import { modalDialog, quickInput, treeRow } from '../vscode/workbench';
import { useStage } from './stage';
import { choice, eventually, title } from './view';

describe('without a mouse', () => {
  const stage = useStage({ furnish: smallProject });

  const focused = () => stage().page.locator('.part.sidebar .monaco-list.element-focused .monaco-list-row.focused');
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) await stage().page.keyboard.press(key);
  };
  const posts = () => stage().gitlab.requests.filter(({ method }) => method === 'POST').length;

  async function run(command: string): Promise<void> {
    const { page } = stage();
    await press('F1');
    const { input } = await quickInput(page);
    await eventually(async () => {
      await input.fill(`>${command}`);
      await choice(page, command).first().waitFor({ timeout: 1500 });
    });
    await press('Enter');
  }

  /** Goes down until the row has the focus. */
  async function goTo(name: RegExp): Promise<void> {
    await press('Home');
    for (let step = 0; step < 20; step++) {
      if (name.test((await focused().getAttribute('aria-label')) ?? '')) return;
      await press('ArrowDown');
    }
    throw new Error(`The arrows do not lead to ${String(name)}.`);
  }

  /** Chooses an item of the context menu of the row that has the focus. */
  async function menu(item: string): Promise<void> {
    const { page } = stage();
    await press('Shift+F10');
    await page.getByRole('menuitem', { name: item, exact: true }).waitFor();
    const chosen = page.locator('.monaco-menu .action-item.focused').getByRole('menuitem', { name: item, exact: true });
    for (let step = 0; step < 10 && (await chosen.count()) === 0; step++) await press('ArrowDown');
    await press('Enter');
  }

  it('the view gets the focus by its command', async () => {
    const { page, picture } = stage();
    await treeRow(page, /^Stage deploy/).waitFor();
    await run('View: Show Explorer');
    await eventually(async () => assert.equal(await title(page).innerText(), 'Explorer'));
    await run('GitLab Builds: Focus on Builds View');
    await treeRow(page, /^Stage deploy/).waitFor();
    await press('Home');
    await eventually(async () => assert.match((await focused().getAttribute('aria-label')) ?? '', /^Stage build/));
    await picture('keyboard-focus');
  });

  it('the arrows open a stage and a status', async () => {
    const { page } = stage();
    await press('ArrowRight');
    await treeRow(page, /^passed, 2/).waitFor();
    await press('ArrowDown', 'ArrowRight');
    await treeRow(page, /^compile, passed/).waitFor();
    await goTo(/^compile, passed/);
  });

  it('a build is retried from the menu of its row', async () => {
    const { page, picture } = stage();
    await goTo(/^spinach.*, failed/);
    await press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Retry' }).waitFor();
    await picture('keyboard-menu');
    await press('Escape');
    await menu('Retry');
    await treeRow(page, /^spinach.*, pending/).waitFor();
    assert.equal(posts(), 1);
  });

  it('a build is erased, or not', async () => {
    const { page } = stage();
    await goTo(/^compile, passed/);
    await menu('Erase…');
    await modalDialog(page).waitFor();
    await press('Escape');
    await modalDialog(page).waitFor({ state: 'hidden' });
    assert.equal(posts(), 1);
    await menu('Erase…');
    await modalDialog(page).getByRole('button', { name: 'Erase' }).waitFor();
    await press('Enter');
    await eventually(() => assert.equal(posts(), 2));
  });

  it('several builds are chosen in the palette', async () => {
    const { page, gitlab, picture } = stage();
    await run('GitLab Builds: Retry');
    await choice(page, 'lint #9').waitFor();
    const { input } = await quickInput(page);
    await input.pressSequentially('lint');
    await choice(page, 'compile #4').waitFor({ state: 'hidden' });
    await press('ArrowDown', 'Space');
    await picture('keyboard-pick');
    await press('Enter');
    await eventually(() => assert.ok(gitlab.requests.some(({ path }) => path.endsWith('/builds/9/retry'))));
  });
});
