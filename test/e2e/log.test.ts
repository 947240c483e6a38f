import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { contextMenu, openView, quickInput, runCommand, setTheme, treeRow } from '../vscode/workbench';
import { lines, logged, writeNamedFile } from './loggedProject';
import { useWorkbench } from './startWorkbench';
import { choice, drawnAgain, eventually, goTo, inEditor, turnWheel } from './view';

const settings = { 'gitlabBuilds.groupBy': 'stage', 'gitlabBuilds.refresh.activeSeconds': 2 };

/** The text of the editor in front, as far as it is on screen. */
async function onScreen(page: Page): Promise<string> {
  const shown = await page.locator('.part.editor .monaco-editor .view-line').allInnerTexts();
  return shown.join('\n').replaceAll('\u00a0', ' ');
}

/** The same once the editor has come to rest: what scrolls is drawn in several steps. */
function atRest(page: Page): Promise<string> {
  return eventually(async () => {
    const text = await onScreen(page);
    await drawnAgain(page);
    assert.equal(await onScreen(page), text, 'it comes to rest');
    return text;
  });
}

const shows = (page: Page, what: string | RegExp): Promise<void> =>
  eventually(async () => {
    const text = await onScreen(page);
    assert.ok(typeof what === 'string' ? text.includes(what) : what.test(text), `${String(what)} in\n${text}`);
  });

function tab(page: Page, name: string | RegExp): Locator {
  return page.locator('.part.editor .tab').filter({ hasText: name });
}

function lens(page: Page, text: string | RegExp): Locator {
  return page.locator('.part.editor .codelens-decoration').filter({ hasText: text });
}

/** The colour of what is drawn as exactly this text. */
async function colorOf(page: Page, text: string): Promise<string> {
  const colors = await page.evaluate<readonly (readonly [string, string])[]>(
    `[...document.querySelectorAll('.part.editor .view-line span > span')]
      .map((element) => [element.textContent.replaceAll('\\u00a0', ' '), getComputedStyle(element).color])`,
  );
  const [, color] = colors.find(([own]) => own === text) ?? [];
  assert.ok(color, `${text} in ${JSON.stringify(colors)}`);
  return color;
}

describe('logs', () => {
  const workbench = useWorkbench({ seed: logged, gitlab: { profile: '18.9' }, settings });

  it('a click on a failed build opens its log: colored, folded, at the first error', async () => {
    const { page, folder, picture } = workbench();
    await writeNamedFile(folder);
    await treeRow(page, /^unit-tests, failed/).click();
    // As it is spoken, too: the decorations of a tab are not.
    await page
      .locator('.part.editor')
      .getByRole('tab', { name: /^unit-tests #\d+ · failed/ })
      .waitFor();
    await tab(page, /^unit-tests #\d+ · failed$/).waitFor();
    await shows(page, /src\/app\.c:12:3: error: expected/);
    await shows(page, 'ERROR: Job failed: exit code 1');
    const text = await onScreen(page);
    assert.ok(!text.includes('\u001b') && !text.includes('section_start'), text);
    await eventually(async () => assert.doesNotMatch(await onScreen(page), /Pulling docker image|multiplies/));
    await page
      .locator('.part.statusbar')
      .getByText(/^Ln \d+, Col 1/)
      .waitFor();
    await lens(page, 'Retry').waitFor();
    await page.locator('.part.editor .detected-link').filter({ hasText: '/builds/group' }).waitFor();
    const plain = await colorOf(page, 'added 200 packages in 3s');
    // VS Code paints the text before its colors.
    for (const painted of ['ERROR: Job failed: exit code 1', '$ npm ci', 'true colour'])
      await eventually(async () => assert.notEqual(await colorOf(page, painted), plain, painted));
    await picture('log-failed-dark');
    await setTheme(page, 'light');
    await picture('log-failed-light');
    await setTheme(page, 'dark');
  });

  it('a click on a row does not open the logs of other selected builds', async () => {
    const { page } = workbench();
    const [unit, erased] = [treeRow(page, /^unit-tests, failed/), treeRow(page, /^erased, failed/)];
    await runCommand(page, 'View: Close All Editors');
    await tab(page, '').first().waitFor({ state: 'detached' });
    await erased.click({ modifiers: ['ControlOrMeta'] });
    for (const row of [unit, erased])
      await eventually(async () => assert.equal(await row.getAttribute('aria-selected'), 'true'));
    await unit.click();
    await tab(page, /^unit-tests #\d+ · failed/).waitFor();
    await shows(page, 'ERROR: Job failed: exit code 1');
    await eventually(async () => assert.equal(await erased.getAttribute('aria-selected'), 'false'));
    assert.equal(await page.locator('.part.editor .tab').count(), 1);
  });

  it('file locations in a log are listed as problems, and removed with the log', async () => {
    const { page, picture } = workbench();
    await contextMenu(page, treeRow(page, /^unit-tests, failed/), 'Show Log Errors in Problems');
    const panel = page.locator('.markers-panel');
    await panel.getByText(/error: expected ';' before/).waitFor();
    await panel.getByText(/warning: 'unused' is never read/).waitFor();
    assert.equal(await panel.getByText(/generated/).count(), 0);
    await picture('log-problems');
    await panel.getByText(/error: expected ';' before/).click();
    await tab(page, 'app.c').waitFor();
    await page.locator('.part.statusbar').getByText('Ln 12, Col 3').waitFor();
    await picture('log-problem-followed');
    await tab(page, /^unit-tests/).click();
    await runCommand(page, 'View: Close Editor');
    await panel.getByText(/No problems have been detected/).waitFor();
    await runCommand(page, 'View: Toggle Panel Visibility');
    await runCommand(page, 'View: Close All Editors');
  });

  it('a log is opened without a mouse, and a link in it leads to the line of the file', async () => {
    const { page, picture } = workbench();
    await runCommand(page, 'GitLab Builds: Focus on GitLab Builds View');
    await goTo(page, /^unit-tests, failed/);
    await page.keyboard.press('Enter');
    await shows(page, /src\/app\.c:12:3: error: expected/);
    await inEditor(page);
    const link = page.locator('.part.editor .detected-link').filter({ hasText: 'src/app.c:12:3' });
    await link.waitFor();
    await link.click({ modifiers: ['ControlOrMeta'] });
    await tab(page, 'app.c').waitFor();
    await page.locator('.part.statusbar').getByText('Ln 12, Col 3').waitFor();
    await picture('log-link-followed');
    await runCommand(page, 'View: Close All Editors');
  });

  it('a log grows while the build runs, and stays at its end until the user scrolls away', async () => {
    const { page, gitlab, project, picture } = workbench();
    const grow = (from: number, to: number) => gitlab.world.appendTrace(project.builds.live, lines(from, to));
    const box = page.locator('.part.editor .monaco-editor .view-lines');
    await contextMenu(page, treeRow(page, /^live, running/), 'Open Log');
    await shows(page, 'line 100 of the log');
    grow(101, 200);
    await shows(page, 'line 200 of the log');
    await picture('log-live');
    await box.hover();
    await turnWheel(page, -17);
    await eventually(async () => assert.doesNotMatch(await onScreen(page), /line 200 /));
    const before = await atRest(page);
    const requests = gitlab.requests.length;
    grow(201, 300);
    await eventually(() =>
      assert.ok(gitlab.requests.slice(requests).filter(({ path }) => path.endsWith('/trace')).length >= 2),
    );
    assert.equal(await onScreen(page), before);
    await page.keyboard.press('ControlOrMeta+End');
    await shows(page, 'line 300 of the log');
    grow(301, 400);
    await shows(page, 'line 400 of the log');
    await page.keyboard.press('ControlOrMeta+Home');
    await lens(page, /live/).waitFor();
    const top = await atRest(page);
    gitlab.world.setStatus(project.builds.live, 'success');
    await lens(page, /passed/).waitFor();
    await tab(page, /^live #\d+ · passed$/).waitFor();
    assert.equal(await onScreen(page), top);
    await inEditor(page);
    await picture('log-ended');
  });

  it('a log survives a restart of the extension host, and a reload of the window', async () => {
    const { page, gitlab, project, vscode, picture } = workbench();
    const says = (text: string) => gitlab.world.appendTrace(project.builds.waiting, `${text}\n`);
    gitlab.world.appendTrace(project.builds.waiting, lines(1, 3));
    await treeRow(page, /^unit-tests, failed/).dblclick();
    await shows(page, 'ERROR: Job failed: exit code 1');
    await contextMenu(page, treeRow(page, /^waiting, running/), 'Open Log');
    await shows(page, 'line 3 of the log');
    await tab(page, /^waiting #/).dblclick();
    // Of a browser's window that is what restarts one.
    assert.equal(await vscode.crashExtensionHosts(), 1);
    says('written after the restart');
    await shows(page, 'written after the restart');
    await lens(page, /live/).waitFor();
    await picture('log-after-restart');
    await tab(page, /^unit-tests #/).click();
    await shows(page, 'ERROR: Job failed: exit code 1');
    await lens(page, 'Retry').waitFor();
    const plain = await colorOf(page, 'added 200 packages in 3s');
    await eventually(async () => assert.notEqual(await colorOf(page, 'ERROR: Job failed: exit code 1'), plain));
    // By VS Code's own command, which first keeps what is open.
    await Promise.all([page.waitForEvent('load'), runCommand(page, 'Developer: Reload Window')]);
    await tab(page, /^unit-tests #/).click();
    await shows(page, 'ERROR: Job failed: exit code 1');
    await lens(page, 'Retry').waitFor();
    await picture('log-after-reload');
    await tab(page, /^waiting #/).click();
    await lens(page, /live/).waitFor();
    says('written after the reload');
    await shows(page, 'written after the reload');
    await runCommand(page, 'View: Close All Editors');
    await openView(page, 'GitLab Builds');
  });

  it('a log is readable in high contrast, too', async () => {
    const { page, picture } = workbench();
    await runCommand(page, 'Preferences: Color Theme');
    const { input } = await quickInput(page);
    await input.fill('Dark High Contrast');
    await choice(page, 'Dark High Contrast').waitFor();
    await input.press('Enter');
    await page.locator('.monaco-workbench.hc-black').waitFor();
    await treeRow(page, /^unit-tests, failed/).click();
    await shows(page, /src\/app\.c:12:3: error: expected/);
    await page.locator('.part.editor .detected-link').first().waitFor();
    await eventually(async () => assert.doesNotMatch(await onScreen(page), /Pulling docker image|multiplies/));
    await picture('log-failed-contrast');
  });
});
