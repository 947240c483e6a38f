import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { createLivingRepository } from '../demo/livingRepository';
import { packageExtension } from '../demo/packaging';
import { launchBrowser } from '../vscode/browser';
import { projectRoot } from '../vscode/project';
import { startVSCode } from '../vscode/server';
import { openView, openWorkbench, treeRow } from '../vscode/workbench';
import { plainGit } from '../vscode/workspace';
import { repacked } from './repacked';
import { unfold } from './view';

const newest = '18.9';
const size = { width: 1000, height: 560 };
const secondsPerTick = 12;
/** By then the stage `test` is at work, and `integration` has failed. */
const ticks = 40;

/** Nothing that draws the eye away from the view. */
const calm = {
  'window.title': 'bakery / shop',
  'window.commandCenter': false,
  'breadcrumbs.enabled': false,
  'editor.minimap.enabled': false,
  'editor.scrollbar.vertical': 'hidden',
};

/** Takes the pictures of the README, in a real window on a project in the midst of its builds. */
async function main(): Promise<void> {
  let now = Date.now() - ticks * secondsPerTick * 1000;
  const repository = await createLivingRepository(() => now, newest);
  const extension = await packageExtension();
  const browser = await launchBrowser();
  try {
    for (let tick = 0; tick < ticks; tick++) {
      repository.project.tick();
      now += secondsPerTick * 1000;
    }
    const vscode = await startVSCode({
      release: 'newest',
      workspace: repository.folder,
      extensions: [extension.file],
      env: { ...plainGit, GITLAB_HOST: repository.gitlab.url, GITLAB_TOKEN: repository.project.token },
      settings: calm,
    });
    try {
      for (const colorScheme of ['dark', 'light'] as const) {
        const page = await openWorkbench(browser, vscode.url(), { colorScheme, viewport: size });
        await arrange(page);
        await (colorScheme === 'dark' ? openLog(page) : unfoldArtifacts(page));
        await take(page, `readme-${colorScheme}`);
        await page.close();
      }
    } finally {
      await vscode.close();
    }
  } finally {
    await browser.close();
    await extension.remove();
    await repository.close();
  }
}

/** The view, and room for it. */
async function arrange(page: Page): Promise<void> {
  await openView(page, 'GitLab Builds');
  await treeRow(page, /^integration, failed/).waitFor();
  for (const stage of [/^Stage deploy/, /^Stage check/]) await fold(treeRow(page, stage));
  const bar = await page.locator('.part.sidebar').boundingBox();
  if (bar === null) throw new Error('There is no side bar.');
  const middle = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width + 1, middle);
  await page.mouse.down();
  await page.mouse.move(bar.x + 340, middle, { steps: 4 });
  await page.mouse.up();
}

/** VS Code knows by the second picture what was folded for the first. */
async function fold(row: Locator): Promise<void> {
  if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
}

/** As a click does it: where it failed. */
async function openLog(page: Page): Promise<void> {
  await treeRow(page, /^integration, failed/).click();
  await line(page, 'bakes a whole tray').waitFor();
}

/** The test that failed, where it stands in the repository. */
async function unfoldArtifacts(page: Page): Promise<void> {
  await unfold(treeRow(page, /^integration, failed/));
  await unfold(treeRow(page, /^Artifacts of integration/));
  await unfold(treeRow(page, /^Failed tests/));
  await treeRow(page, /^Oven bakes a whole tray/).click();
  await line(page, 'bakes a whole tray').waitFor();
}

function line(page: Page, text: string): Locator {
  return page
    .locator('.editor-instance .view-line')
    .filter({ hasText: text.replaceAll(' ', '\u00a0') })
    .first();
}

async function take(page: Page, name: string): Promise<void> {
  const folder = join(projectRoot, 'media');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  // Bars to scroll by show where the mouse is, and for a while after.
  await page.mouse.move(size.width / 2, 10);
  await page.locator('.scrollbar.visible').first().waitFor({ state: 'detached' });
  const picture = repacked(await page.screenshot({ animations: 'disabled', caret: 'hide' }));
  await writeFile(path, picture);
  console.log(`${path}: ${Math.round(picture.length / 1000)} kB`);
}

await main();
