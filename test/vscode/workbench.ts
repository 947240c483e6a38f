import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, errors, type Locator, type Page } from 'playwright-core';
import { screenshotsFolder } from './project';

export type ColorScheme = 'light' | 'dark';

export interface WorkbenchOptions {
  readonly colorScheme?: ColorScheme;
  /** In CSS pixels. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Display language of extensions. VS Code's own texts stay English: theirs come from a language pack. */
  readonly language?: string;
}

export interface QuickInput {
  readonly input: Locator;
  /** The text over or under the input: prompt, progress or complaint. */
  readonly message: Locator;
  /** One of the offered rows, by its label. */
  readonly option: (label: string) => Locator;
}

/** How long any one thing may take to appear: extensions load after the window does. */
const patienceMs = 30_000;
/** How long something gets to appear before it is asked for anew: an open palette does not learn new commands. */
const askAgainMs = 1500;

/** Opens VS Code in a page of its own and returns when the window is drawn. */
export async function openWorkbench(browser: Browser, url: string, options: WorkbenchOptions = {}): Promise<Page> {
  const { colorScheme = 'dark', viewport = { width: 1280, height: 800 } } = options;
  const page = await browser.newPage({ colorScheme, viewport, reducedMotion: 'reduce' });
  page.setDefaultTimeout(patienceMs);
  if (options.language !== undefined) await page.addInitScript(speak, options.language);
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.monaco-workbench .part.statusbar').waitFor();
  await themeShown(page, colorScheme);
  return page;
}

/** Runs in the page: where VS Code reads which language its window has. */
function speak(language: string): void {
  Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: language });
}

/** Shows the light or the dark theme; the test profile makes VS Code follow the browser. */
export async function setTheme(page: Page, colorScheme: ColorScheme): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await themeShown(page, colorScheme);
}

async function themeShown(page: Page, colorScheme: ColorScheme): Promise<void> {
  const themes = colorScheme === 'light' ? '.vs, .hc-light' : '.vs-dark, .hc-black';
  await page.locator(`.monaco-workbench:is(${themes})`).waitFor();
}

/** Runs a command by its whole title, as in `GitLab Builds: Refresh`, as soon as the palette lists it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    await page.keyboard.press('F1');
    const { input, option } = await quickInput(page);
    await input.fill(`>${title}`);
    if (await appears(option(title))) return option(title).click();
    await page.keyboard.press('Escape');
    await input.waitFor({ state: 'hidden' });
  }
  throw new Error(`The palette does not list "${title}".`);
}

async function appears(locator: Locator): Promise<boolean> {
  try {
    await locator.waitFor({ timeout: askAgainMs });
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}

/** The input box or quick pick at the top, once it is open. */
export async function quickInput(page: Page): Promise<QuickInput> {
  const widget = page.locator('.quick-input-widget');
  const input = widget.locator('.quick-input-filter input').first();
  await input.waitFor();
  return {
    input,
    message: widget.locator('.quick-input-message'),
    option: (label) => widget.getByRole('option', { name: startingWith(label) }).first(),
  };
}

/** Shows the view container with this title in the side bar. */
export async function openView(page: Page, title: string): Promise<void> {
  const tab = page.locator('.part.activitybar').getByRole('tab', { name: startingWith(title) });
  const heading = page.locator('.part.sidebar .composite.title h2').filter({ hasText: startingWith(title) });
  await tab.waitFor();
  const end = Date.now() + patienceMs;
  do {
    // A click on the one that is shown already closes the side bar, also one that VS Code just restores by itself.
    if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
    if (await appears(heading)) return;
  } while (Date.now() < end);
  throw new Error(`The side bar does not show "${title}".`);
}

/** A row of a tree in the side bar, by what a screen reader says of it (a part of that, or a pattern). */
export function treeRow(page: Page, name: string | RegExp): Locator {
  return page.locator('.part.sidebar').getByRole('treeitem', { name });
}

/** Opens the context menu of a row and chooses an item. */
export async function contextMenu(page: Page, row: Locator, item: string): Promise<void> {
  await row.click({ button: 'right' });
  const entry = page.getByRole('menuitem', { name: item, exact: true });
  // Not a click: VS Code ignores the mouse for the first 100 ms of a menu.
  await entry.hover();
  await page.keyboard.press('Enter');
  await entry.waitFor({ state: 'hidden' });
}

/** An entry of the status bar, by what a screen reader says of it. */
export function statusBarItem(page: Page, name: string | RegExp): Locator {
  return page.locator('.part.statusbar .statusbar-item').getByRole('button', { name });
}

/** A message that popped up, by a part of its text. Its buttons: `getByRole('button', { name })`. */
export function notification(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
}

/** The modal dialog. Its buttons: `getByRole('button', { name })`. */
export function modalDialog(page: Page): Locator {
  return page.locator('.monaco-dialog-box');
}

/** Takes a picture of the window into out/screenshots/ and returns its file. */
export async function screenshot(page: Page, name: string): Promise<string> {
  await mkdir(screenshotsFolder, { recursive: true });
  const path = join(screenshotsFolder, `${name}.png`);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  return path;
}

/** VS Code adds to names: "Builds - 3 failed", "GitLab Builds: Builds", "GitLab Builds: Refresh, recently used". */
function startingWith(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(, |: | - | \\(|$)`);
}
