import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page, PageScreenshotOptions } from 'playwright-core';
import { projectRoot } from '../vscode/project';
import { type ColorScheme, openView, treeRow } from '../vscode/workbench';
import { createWorkspace, git } from '../vscode/workspace';
import { compressPng } from './compressPng';
import { withPictureWorkbench, pictureSize } from './pictureWorkbench';
import { unfold, widenSideBar } from './view';

/** By then the stage `test` is at work, and `integration` has failed. */
const steps = 40;

/** Takes the README's still picture and those of the walkthrough, in a real window on a project in the midst of its builds. */
async function main(): Promise<void> {
  const unknown = await createWorkspace();
  await git(unknown.folder, 'remote', 'add', 'origin', 'https://git.example.com/bakery/shop.git');
  try {
    await withPictureWorkbench(steps, async ({ openWindow }) => {
      const readme = await openWindow({ colorScheme: 'light' });
      await arrange(readme);
      await openWithTests(readme);
      await take(readme, 'readme-light');
      await readme.close();
      for (const colorScheme of ['dark', 'light'] as const) {
        const guide = await openWindow({ colorScheme });
        await takeSteps(guide, colorScheme);
        await guide.close();
        const stranger = await openWindow({ colorScheme }, unknown.folder);
        await takeSignIn(stranger, colorScheme);
        await stranger.close();
      }
    });
  } finally {
    await unknown.remove();
  }
}

/** What a step of the walkthrough shows: the upper left of the side bar or of the editor, in pixels. */
const stepSize = { width: 440, height: 260 };

/** The view of somebody who hasn't signed in. */
async function takeSignIn(page: Page, colorScheme: ColorScheme): Promise<void> {
  await openView(page, 'GitLab Builds');
  await treeRow(page, /^Sign In to git\.example\.com/).waitFor();
  await widenSideBar(page, stepSize.width);
  await takeStep(page, '.part.sidebar', `sign-in-${colorScheme}`);
}

/** Builds, the log of one that failed, and artifacts. */
async function takeSteps(page: Page, colorScheme: ColorScheme): Promise<void> {
  await arrange(page);
  await widenSideBar(page, stepSize.width);
  await page.mouse.click(pictureSize.width - 100, pictureSize.height / 2);
  await takeStep(page, '.part.sidebar', `commit-${colorScheme}`);
  // So low that the line of the error, which opens in the middle, is in the picture with the tab.
  await page.setViewportSize({ width: pictureSize.width, height: 350 });
  await openLog(page);
  await takeStep(page, '.part.editor', `log-${colorScheme}`);
  await page.setViewportSize(pictureSize);
  await unfold(treeRow(page, /^Stage build/));
  await unfold(treeRow(page, /^compile, passed/));
  await unfold(treeRow(page, /^Artifacts of compile/));
  await unfold(treeRow(page, /^bin, /));
  await treeRow(page, /^app, file/).waitFor();
  await treeRow(page, /^Artifacts of compile/).hover();
  await takeStep(page, '.part.sidebar', `artifacts-${colorScheme}`);
}

async function takeStep(page: Page, part: string, name: string): Promise<void> {
  const box = await page.locator(part).first().boundingBox();
  if (box === null) throw new Error(`There is no ${part}.`);
  const { x, y } = box;
  await take(page, `walkthrough/${name}`, { x, y, ...stepSize });
}

/** The view, and room for it. */
async function arrange(page: Page): Promise<void> {
  await openView(page, 'GitLab Builds');
  await treeRow(page, /^integration, failed/).waitFor();
  await widenSideBar(page, 340);
}

/** As a click does it: where it failed. */
async function openLog(page: Page): Promise<void> {
  await treeRow(page, /^integration, failed/).click();
  await line(page, 'bakes a whole tray').waitFor();
}

/** The same, with what is below the build: its failed test, and its artifacts. */
async function openWithTests(page: Page): Promise<void> {
  await unfold(treeRow(page, /^integration, failed/));
  await treeRow(page, /^Artifacts of integration/).waitFor();
  await openLog(page);
}

function line(page: Page, text: string): Locator {
  return page
    .locator('.editor-instance .view-line')
    .filter({ hasText: text.replaceAll(' ', '\u00a0') })
    .first();
}

async function take(page: Page, name: string, clip?: PageScreenshotOptions['clip']): Promise<void> {
  const folder = join(projectRoot, 'media');
  await mkdir(join(folder, 'walkthrough'), { recursive: true });
  const path = join(folder, `${name}.png`);
  // Bars to scroll by show where the mouse is, and for a while after.
  if (!name.includes('artifacts')) await page.mouse.move(pictureSize.width / 2, 10);
  await page.locator('.scrollbar.visible').first().waitFor({ state: 'detached' });
  const options = { animations: 'disabled', caret: 'hide', ...(clip && { clip }) } as const;
  const picture = compressPng(await page.screenshot(options));
  await writeFile(path, picture);
  console.log(`${path}: ${Math.round(picture.length / 1000)} kB`);
}

await main();
