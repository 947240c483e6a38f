import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getL10nPseudoLocalized } from '@vscode/l10n-dev';
import type { Page } from 'playwright-core';
import { eightStatuses, redBelowGreen } from '../gitlab/glance';
import { statusBarItem, treeRow } from '../vscode/workbench';
import type { VSCode } from '../vscode/server';
import { useWorkbench } from './startWorkbench';
import { eventually, pointAt, shown, tooltip, widenSideBar } from './view';

/** A language of VS Code's developers: each English letter with an accent, and vowels twice. */
const pseudo = 'qps-ploc';

type Texts = Readonly<Record<string, string>>;

/** Adds a translation of every text into that language to the installed extension. */
async function translate(vscode: VSCode): Promise<void> {
  const extensions = join(vscode.dataDir, 'extensions');
  const [name = ''] = (await readdir(extensions)).filter((entry) => entry.startsWith('gitlab-builds.'));
  const folder = join(extensions, name);
  const inCode = JSON.parse(await readFile(join(folder, 'l10n', 'bundle.l10n.de.json'), 'utf8')) as Texts;
  const english = Object.fromEntries(Object.keys(inCode).map((text) => [text, text]));
  const inManifest = JSON.parse(await readFile(join(folder, 'package.nls.json'), 'utf8')) as Texts;
  const manifest = { ...(getL10nPseudoLocalized(inManifest) as Texts), 'view.container': 'GitLab Builds' };
  await writeFile(join(folder, 'l10n', `bundle.l10n.${pseudo}.json`), JSON.stringify(getL10nPseudoLocalized(english)));
  await writeFile(join(folder, `package.nls.${pseudo}.json`), JSON.stringify(manifest));
}

/**
 * Words of three English letters or more: what was not translated, besides the names that the project has and ids of
 * commits, such as `c5cdd2ad`.
 */
function englishIn(texts: readonly string[], names: RegExp): readonly string[] {
  return texts.filter((text) => /[A-Za-z]{3}/.test(text.replace(names, '').replace(/\b[\da-f]{8}\b/g, '')));
}

async function spoken(page: Page): Promise<readonly string[]> {
  const rows = await page.locator('.pane-body .monaco-list-row').all();
  return Promise.all(rows.map(async (row) => (await row.getAttribute('aria-label')) ?? ''));
}

describe('a display language with a translation of every text', () => {
  const workbench = useWorkbench({
    gitlab: { profile: '18.9' },
    seed: eightStatuses,
    prepare: translate,
    window: { language: pseudo },
  });
  const names =
    /\b(unit|browser|database|upload|test|main|bakery|GitLab Builds|GitLab|statuses|group|Test the CI integration|Administrator)\b/g;

  it('shows and reads out no English row, tooltip, title or status', async () => {
    const { page, picture } = workbench();
    const row = treeRow(page, /^unit .*, /).first();
    await row.waitFor();
    await eventually(async () =>
      assert.deepEqual(englishIn([...(await shown(page)), ...(await spoken(page))], statusNames(names)), []),
    );
    await pointAt(page, row);
    // VS Code says that it loads, in English, until our text is there.
    await eventually(async () =>
      assert.deepEqual(englishIn([await tooltip(page).innerText()], statusNames(names)), []),
    );
    await picture('language-pseudo');
  });

  it('leaves statuses and actions visible at 300 px, even though the texts are longer', async () => {
    const { page, picture } = workbench();
    await widenSideBar(page, 300);
    const row = treeRow(page, /^unit failed/).first();
    await pointAt(page, row);
    await row.locator('.actions .action-item').first().waitFor();
    assert.ok(await row.locator('.custom-view-tree-node-item-icon').isVisible());
    await picture('language-pseudo-300');
  });
});

/** Names of builds in that scene end with a status of GitLab's. */
function statusNames(names: RegExp): RegExp {
  return new RegExp(`${names.source}( (failed|running|pending|created|canceled|manual|success|skipped)\\b)?`, 'g');
}

describe('the display language Japanese', () => {
  const workbench = useWorkbench({ gitlab: { profile: '18.9' }, seed: redBelowGreen, window: { language: 'ja' } });
  const failed = /失敗/;

  it('is used for rows, status bar, menus and tooltips', async () => {
    const { page, picture, project } = workbench();
    const row = treeRow(page, new RegExp(`^${project.failed}, `));
    await row.waitFor();
    await eventually(async () => assert.match((await row.getAttribute('aria-label')) ?? '', failed));
    await eventually(async () => assert.match(await statusBarItem(page, /^GitLab Builds/).innerText(), failed));
    await picture('language-ja');
    await widenSideBar(page, 300);
    await row.click({ button: 'right' });
    await page.locator('.context-view .monaco-menu').waitFor();
    await picture('language-ja-menu');
    await page.keyboard.press('Escape');
    await pointAt(page, row);
    await tooltip(page).filter({ hasText: failed }).waitFor();
    await picture('language-ja-tooltip');
  });
});
