import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

/** How long anything may take that the tests wait for. */
const patienceMs = 20_000;
const lookAgainMs = 50;

/** Looks again until the check no longer throws; at last throws what it threw. */
export async function eventually<T>(check: () => Promise<T> | T): Promise<T> {
  const end = Date.now() + patienceMs;
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
export function shown(page: Page): Promise<readonly string[]> {
  return page.locator('.part.sidebar [role=treeitem]').locator('.label-name, .label-description').allInnerTexts();
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
