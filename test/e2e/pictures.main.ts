import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { createLivingRepository, type LivingRepository } from '../demo/livingRepository';
import { packageExtension } from '../demo/packaging';
import { launchBrowser } from '../vscode/browser';
import { projectRoot } from '../vscode/project';
import { startVSCode } from '../vscode/server';
import { openView, openWorkbench, quickInput, treeRow } from '../vscode/workbench';
import { plainGit } from '../vscode/workspace';
import { tooltip, unfold } from './view';

const size = { width: 1100, height: 700 };
const secondsPerTick = 12;
/** By then the stage `test` is at work, and `integration` has failed. */
const ticks = 26;

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
  const repository = await createLivingRepository(() => now);
  const extension = await packageExtension();
  const browser = await launchBrowser();
  try {
    for (let tick = 0; tick < ticks; tick++) {
      repository.project.tick();
      now += secondsPerTick * 1000;
    }
    failIntegration(repository);
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
        await sharpen(page);
        await arrange(page);
        await (colorScheme === 'dark' ? pointAtFailure(page) : openMenu(page));
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

function failIntegration({ gitlab: { world }, project }: LivingRepository): void {
  const ids = world.buildIdsOfCommit(project.project, project.sha) ?? [];
  const build = ids.map((id) => world.build(id)).find(({ name }) => name === 'integration');
  if (build?.status === 'running') world.setStatus(build, 'failed');
}

/** Two pixels of the picture for each of the window. */
async function sharpen(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 2, mobile: false });
}

/** Some code, the view, and room for it. */
async function arrange(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+P');
  const { input } = await quickInput(page);
  await input.fill('oven.rb');
  await page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: 'oven.rb' }).first().click();
  await page.locator('.editor-instance .view-line').filter({ hasText: 'class Oven' }).waitFor();
  await openView(page, 'GitLab Builds');
  await treeRow(page, /^integration, failed/).waitFor();
  await unfold(treeRow(page, /^Stage build/));
  await unfold(page.locator('.part.sidebar [role=treeitem][data-index="1"][aria-label^="passed"]'));
  await treeRow(page, /^assets, passed/).waitFor();
  const bar = await page.locator('.part.sidebar').boundingBox();
  if (bar === null) throw new Error('There is no side bar.');
  const middle = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width + 1, middle);
  await page.mouse.down();
  await page.mouse.move(bar.x + 400, middle, { steps: 4 });
  await page.mouse.up();
}

async function pointAtFailure(page: Page): Promise<void> {
  const row = treeRow(page, /^integration, failed/);
  await row.click({ modifiers: ['ControlOrMeta'] }); // Without the key its log would open.
  await page.mouse.move(size.width - 100, size.height / 2); // A click keeps the tooltip away until one comes back.
  await row.hover();
  await tooltip(page).filter({ hasText: 'Runner' }).waitFor();
}

async function openMenu(page: Page): Promise<void> {
  const row = treeRow(page, /^compile, passed/);
  await row.click();
  await row.click({ button: 'right', position: { x: 250, y: 11 } });
  await page.getByRole('menuitem', { name: 'Download Artifacts' }).hover();
}

async function take(page: Page, name: string): Promise<void> {
  const folder = join(projectRoot, 'media');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  console.log(`${path}: ${Math.round((await stat(path)).size / 1000)} kB`);
}

await main();
