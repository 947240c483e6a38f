import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { smallProject } from '../gitlab/scenarios';
import { quickInput, runCommand, setTheme, treeRow } from '../vscode/workbench';
import { useWorkbench } from './startWorkbench';
import { choice, eventually } from './view';

const steps = ['signIn', 'commit', 'log', 'artifacts'];

function step(page: Page, id: string) {
  return page.locator(`.gettingStartedContainer button[data-step-id="gitlab-builds.gitlab-builds#start#${id}"]`);
}

describe('the walkthrough', () => {
  const workbench = useWorkbench({ seed: smallProject });

  async function open(): Promise<void> {
    const { page } = workbench();
    await runCommand(page, 'Welcome: Open Walkthrough...');
    await (await quickInput(page)).input.fill('GitLab Builds');
    await choice(page, 'Get Started with GitLab Builds').click();
    await step(page, 'signIn').waitFor();
  }

  for (const theme of ['dark', 'light'] as const)
    it(`shows the picture of each step in the ${theme} theme`, async () => {
      const { page, picture } = workbench();
      await setTheme(page, theme);
      // In a narrow editor VS Code leaves the pictures out.
      await page.setViewportSize({ width: 1700, height: 900 });
      await open();
      for (const id of steps) {
        await step(page, id).click();
        const image = page.locator('.gettingStartedContainer .getting-started-media img');
        await eventually(async () => {
          const source = (await image.getAttribute('srcset')) ?? '';
          assert.match(source, new RegExp(`-${theme}\\.png`));
          assert.ok(await image.evaluate(isDrawn));
        });
        await picture(`walkthrough-${theme}-${id}`);
      }
    });

  it('completes its steps through actions outside of it', async () => {
    const { page, picture } = workbench();
    await treeRow(page, /^spinach/).click();
    await page.locator('.editor-instance .view-line').first().waitFor();
    await open();
    for (const id of ['signIn', 'commit', 'log'])
      await step(page, id).locator('.codicon-getting-started-step-checked').waitFor();
    await picture('walkthrough-log-done');
  });
});

/** Runs in the page. */
function isDrawn(image: unknown): boolean {
  const { complete, naturalWidth } = image as { readonly complete: boolean; readonly naturalWidth: number };
  return complete && naturalWidth > 0;
}
