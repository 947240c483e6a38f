import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

/** How long anything may take that the tests wait for. */
const patienceMs = 20_000;
const lookAgainMs = 50;

/** Looks again until the check no longer throws; at last throws what it threw. */
export async function eventually<T>(check: () => Promise<T> | T, limitMs = patienceMs): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await delay(lookAgainMs);
    }
  }
}

/** The text in place of the rows. */
export function welcome(page: Page): Locator {
  return page.locator('.part.sidebar .welcome-view-content');
}

/** The line above the rows. */
export function message(page: Page): Locator {
  return page.locator('.part.sidebar .tree-explorer-viewlet-tree-view > .message');
}

/** The title of the side bar. */
export function title(page: Page): Locator {
  return page.locator('.part.sidebar .composite.title h2');
}

/** A button beside the title. */
export function titleButton(page: Page, name: string): Locator {
  return page.locator('.part.sidebar .composite.title').getByRole('button', { name, exact: true });
}

/** What one reads in the rows, from the top: labels and descriptions. */
export async function shown(page: Page): Promise<readonly string[]> {
  const rows = page.locator('.part.sidebar [role=treeitem]');
  const texts = await rows.locator('.label-name, .label-description').allInnerTexts();
  return texts.filter((text) => text !== '');
}

/**
 * Points at a row. The tooltip of another one may lie over it, and stays where its row was drawn anew under the mouse: it
 * goes when the mouse was on it and left.
 */
export async function pointAt(page: Page, row: Locator): Promise<void> {
  await eventually(async () => {
    for (const one of await tooltip(page).all()) {
      const box = await one.boundingBox({ timeout: 500 }).catch(() => null);
      if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    }
    await page.mouse.move(800, 400);
    await row.hover({ timeout: 1500 });
  });
}

/** Presses a button in a row, which is there only while the mouse is: a refresh may move the row away from under it. */
export async function pressInRow(page: Page, row: Locator, name: string): Promise<void> {
  await eventually(async () => {
    await pointAt(page, row);
    await row.getByRole('button', { name }).click({ timeout: 1500 });
  });
}

/** What pops up at a row or an entry that is pointed at. */
export function tooltip(page: Page): Locator {
  return page.locator('.workbench-hover');
}

/** A row of the open quick pick, with or without a check box, by a part of its text. */
export function choice(page: Page, text: string | RegExp): Locator {
  return page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row').filter({ hasText: text });
}

/** Checks some rows of a quick pick and confirms. */
export async function tick(page: Page, ...texts: readonly (string | RegExp)[]): Promise<void> {
  for (const text of texts) await choice(page, text).click();
  await page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
}

/** Shows what is below a row. */
export async function unfold(row: Locator): Promise<void> {
  if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
}

/** What the context menu of a row offers, from the top; then it is closed again. */
export async function offeredIn(page: Page, row: Locator): Promise<readonly string[]> {
  await row.click({ button: 'right' });
  const entries = page.locator('.monaco-menu').getByRole('menuitem');
  await entries.first().waitFor();
  const names = await entries.locator('.action-label').allInnerTexts();
  await page.keyboard.press('Escape');
  await entries.first().waitFor({ state: 'hidden' });
  return names.filter((name) => name !== '');
}

/** Drags the edge of the side bar, which the tooltip of a row would lie over. */
export async function widenSideBar(page: Page, toPixels: number): Promise<void> {
  await page.mouse.move(800, 400);
  await tooltip(page).first().waitFor({ state: 'hidden' });
  const box = await page.locator('.part.sidebar').boundingBox();
  assert.ok(box);
  const [edge, middle] = [box.x + box.width, box.y + box.height / 2];
  await page.mouse.move(edge, middle);
  await page.mouse.down();
  await page.mouse.move(edge - box.width + toPixels, middle, { steps: 5 });
  await page.mouse.up();
  const now = await page.locator('.part.sidebar').boundingBox();
  assert.ok(now && Math.abs(now.width - toPixels) < 10, `the side bar is ${now?.width} px wide`);
}

/** The row that the keys act on. */
export function focusedRow(page: Page): Locator {
  return page.locator('.part.sidebar .monaco-list.element-focused .monaco-list-row.focused');
}

/** Waits until the keys go to the editor: one that opens closes the menu that is open. */
export async function inEditor(page: Page): Promise<void> {
  await page.locator('.part.editor .monaco-editor.focused').waitFor();
}

/**
 * Presses a key in the tree and waits until the row is as it should be then. VS Code runs the command of a key a moment
 * later, so that of two keys at once the second may come first.
 */
export async function pressThen(page: Page, key: string, row: Locator): Promise<void> {
  await page.keyboard.press(key);
  await row.waitFor();
}

/** The row with the focus, by its place in the list. */
function focusedAt(page: Page, index: number): Locator {
  return focusedRow(page).and(page.locator(`[data-index="${index}"]`));
}

/** Waits until the keys go to the tree. */
export async function listFocused(page: Page): Promise<void> {
  await page.locator('.part.sidebar .monaco-list.element-focused, .part.sidebar .monaco-list:focus').waitFor();
}

/** Goes down with the arrow, row by row, until the one of that name has the focus. */
export async function goTo(page: Page, name: RegExp): Promise<void> {
  await listFocused(page);
  if (!(await focusedAt(page, 0).isVisible())) await pressThen(page, 'Home', focusedAt(page, 0));
  for (let index = 1; index < 30; index++) {
    if (name.test((await focusedRow(page).getAttribute('aria-label')) ?? '')) return;
    await pressThen(page, 'ArrowDown', focusedAt(page, index));
  }
  throw new Error(`The arrows do not lead to ${String(name)}.`);
}

/** Chooses an item of the context menu of the row that has the focus, without the mouse. */
export async function menuByKeys(page: Page, item: string): Promise<void> {
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menuitem', { name: item, exact: true }).waitFor();
  const chosen = page.locator('.monaco-menu .action-item.focused').getByRole('menuitem', { name: item, exact: true });
  for (let step = 0; step < 30 && (await chosen.count()) === 0; step++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
}

/** Chooses an entry of the menu behind the dots beside the title. */
export async function titleMenu(page: Page, item: string, look?: () => Promise<unknown>): Promise<void> {
  await page
    .locator('.part.sidebar .composite.title')
    .getByRole('button', { name: /More Actions/ })
    .click();
  const entry = page.getByRole('menuitem', { name: item, exact: true });
  await entry.hover();
  await look?.();
  await page.keyboard.press('Enter');
  await entry.waitFor({ state: 'hidden' });
}

export interface Place {
  /** The first row that is in sight, at least in part. */
  readonly first: string;
  /** How far its upper edge is below that of the list, in pixels. */
  readonly offset: number;
  readonly scrolled: number;
}

/** Where the tree is scrolled to. */
export function placeInTree(page: Page): Promise<Place> {
  return page.evaluate<Place>(`(() => {
    const list = document.querySelector('.part.sidebar .monaco-list');
    const top = list.getBoundingClientRect().top;
    const rows = [...list.querySelectorAll('.monaco-list-row')].map((row) => ({ row, box: row.getBoundingClientRect() }));
    const [first] = rows.filter(({ box }) => box.bottom > top + 1).sort((a, b) => a.box.top - b.box.top);
    const scrolled = -parseInt(list.querySelector('.monaco-list-rows').style.top || '0', 10);
    return { first: first.row.querySelector('.label-name').textContent, offset: Math.round(first.box.top - top), scrolled };
  })()`);
}

/** Turns the wheel, so many notches down, and waits until the page has heard of all of it: a busy one hears late. */
export async function turnWheel(page: Page, notches: number): Promise<void> {
  const pixels = 120 * Math.sign(notches);
  await page.evaluate(`(() => {
    const first = globalThis.turned === undefined;
    globalThis.turned = 0;
    const add = ({ deltaY }) => (globalThis.turned += deltaY);
    if (first) addEventListener('wheel', add, { capture: true, passive: true });
  })()`);
  for (let notch = 0; notch < Math.abs(notches); notch++) await page.mouse.wheel(0, pixels);
  await eventually(async () =>
    assert.equal(await page.evaluate<number>('globalThis.turned'), pixels * Math.abs(notches)),
  );
  await drawnAgain(page);
}

/** Turns the wheel over the tree, so many notches down; where it is then. */
export async function scroll(page: Page, notches: number): Promise<Place> {
  await page.mouse.move(200, 400);
  await turnWheel(page, notches);
  return eventually(async () => {
    const place = await placeInTree(page);
    await drawnAgain(page);
    assert.deepEqual(await placeInTree(page), place, 'it comes to rest');
    return place;
  });
}

/** Waits until the page was drawn twice more: what had begun to move has moved on by then. */
export async function drawnAgain(page: Page): Promise<void> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Notes from now on the labels of rows in which something changes; the function that it gives tells them. */
export async function recordRedraws(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(`(() => {
    const redrawn = (globalThis.redrawnRows = []);
    const observer = new MutationObserver((changes) => {
      const elements = changes.map(({ target }) => (target instanceof Element ? target : target.parentElement));
      const rows = elements.map((element) => element?.closest('.monaco-list-row'));
      for (const row of new Set(rows)) if (row) redrawn.push(row.querySelector('.label-name')?.textContent ?? '');
    });
    const list = document.querySelector('.part.sidebar .monaco-list-rows');
    observer.observe(list, { subtree: true, childList: true, characterData: true });
  })()`);
  return () => page.evaluate<readonly string[]>('globalThis.redrawnRows');
}

/** Opens the rows of pipelines and stages, which are closed where nothing has failed, until builds are to be seen everywhere. */
export async function expandAll(page: Page): Promise<void> {
  const row = page.locator('.part.sidebar .monaco-list-row');
  await row.first().waitFor();
  const closed = page.locator(
    groups.map((name) => `.part.sidebar .monaco-list-row[aria-expanded="false"][aria-label^="${name}"]`).join(', '),
  );
  while ((await closed.count()) > 0) await unfold(closed.first());
}

/** How the spoken labels of rows above builds begin. */
const groups = ['Stage ', 'Pipeline ', 'Branch ', 'Tag ', 'Merge request ', 'Reported by other systems'];

/** What a person sees of a text, with one kind of white space. */
export function visible(text: string): string {
  return text
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u2069]/g, '')
    .replace(/[\s\ufeff]+/g, ' ')
    .trim();
}

/** Asserts that the names can be read as they are, and that nothing of them has become a link or an icon. */
export async function isPlain(shown: Locator, names: readonly string[]): Promise<void> {
  const text = visible(await shown.innerText());
  for (const name of names) assert.ok(text.includes(visible(name)), `${visible(name)} in ${text}`);
  assert.equal(
    await shown.locator('a[href], a[data-href], img, .codicon-flame, .codicon-heart, .codicon-bug').count(),
    0,
  );
}
