import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { projectRoot } from '../vscode/project';
import { statusBarItem, treeRow } from '../vscode/workbench';
import { animated, type Frame } from './animation';
import { withPictureWorkbench, type PictureWorkbench } from './pictureWorkbench';
import { widenSideBar } from './view';

const steps = { beforeFailure: 22, toFailure: 18, most: 120 };
const stepsOfPointer = 6;

/** Takes the README's animated picture: a build fails, its log opens at the error, it is retried and passes. */
async function main(): Promise<void> {
  await withPictureWorkbench(steps.beforeFailure, async (workbench) => {
    const page = await workbench.openWindow();
    await treeRow(page, /./).first().waitFor();
    await widenSideBar(page, 340);
    const film = await startFilm(page);
    await film.hold(1600);
    workbench.tick(steps.toFailure);
    const failed = treeRow(page, /^integration, failed/);
    await failed.waitFor();
    await statusBarItem(page, /^GitLab Builds/)
      .filter({ hasText: 'failed' })
      .waitFor();
    await film.hold(1800);
    await film.pointAt(failed);
    await failed.click();
    await page
      .locator('.editor-instance .view-line')
      .filter({ hasText: 'bakes\u00a0a\u00a0whole\u00a0tray' })
      .first()
      .waitFor();
    await film.hold(3000);
    const retry = failed.locator('.actions .action-label[aria-label^="Retry"]');
    await film.pointAt(retry);
    await film.hold(800);
    await retry.click();
    await treeRow(page, /^integration, (pending|running)/).waitFor();
    await film.pointAt(page.locator('.part.editor'));
    await film.hold(1200);
    await passes(page, workbench);
    await film.hold(3200);
    const gif = animated(film.frames);
    const path = join(projectRoot, 'media', 'readme.gif');
    await writeFile(path, gif);
    console.log(`${path}: ${film.frames.length} frames, ${Math.round(gif.length / 1000)} kB`);
  });
}

/** Lets GitLab work until the build that was retried has passed. */
async function passes(page: Page, workbench: PictureWorkbench): Promise<void> {
  const passed = treeRow(page, /^integration, passed/);
  for (let step = 0; step < steps.most; step++) {
    if (await passed.isVisible()) return;
    workbench.tick(1);
    await page.waitForTimeout(500);
  }
  throw new Error('The build has not passed.');
}

interface Film {
  readonly frames: readonly Frame[];
  /** Shows what is on the screen for so long. */
  readonly hold: (ms: number) => Promise<void>;
  /** Moves the pointer to the middle of something. */
  readonly pointAt: (target: Locator) => Promise<void>;
}

async function startFilm(page: Page): Promise<Film> {
  const frames: Frame[] = [];
  const from = { x: 620, y: 380 };
  const hold = async (ms: number) => {
    frames.push({ png: await page.screenshot({ animations: 'disabled', caret: 'hide' }), ms });
  };
  await page.evaluate(drawPointer);
  await page.mouse.move(from.x, from.y);
  const pointAt = async (target: Locator) => {
    await target.hover({ trial: true }).catch(() => undefined);
    const box = await target.boundingBox();
    if (box === null) throw new Error('There is nothing to point at.');
    const to = { x: box.x + Math.min(box.width / 2, 120), y: box.y + box.height / 2 };
    for (let step = 1; step <= stepsOfPointer; step++) {
      const part = step / stepsOfPointer;
      await page.mouse.move(from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part);
      await hold(70);
    }
    Object.assign(from, to);
  };
  return { frames, hold, pointAt };
}

/** Runs in the page: pictures of a page have no pointer. */
function drawPointer(): void {
  const { document } = globalThis as unknown as { document: PageDocument };
  const arrow =
    '<svg xmlns="http://www.w3.org/2000/svg" width="18" height="24"><path d="M1 1v18l5-4 3 8 3-1-3-8h7z" fill="#fff" stroke="#000"/></svg>';
  const pointer = document.createElement('div');
  Object.assign(pointer.style, {
    position: 'fixed',
    left: '-50px',
    width: '18px',
    height: '24px',
    zIndex: '100000',
    pointerEvents: 'none',
    backgroundImage: `url("data:image/svg+xml,${encodeURIComponent(arrow)}")`,
  });
  document.body.append(pointer);
  document.addEventListener(
    'mousemove',
    ({ clientX, clientY }) => Object.assign(pointer.style, { left: `${clientX}px`, top: `${clientY}px` }),
    true,
  );
}

/** What is used of a page's document. */
interface PageDocument {
  readonly body: { append(element: PageElement): void };
  createElement(name: string): PageElement;
  addEventListener(
    event: 'mousemove',
    listener: (event: { clientX: number; clientY: number }) => unknown,
    capture: boolean,
  ): void;
}

interface PageElement {
  readonly style: object;
}

await main();
