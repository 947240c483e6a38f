import type { Page } from 'playwright-core';
import { createLivingRepository, type LivingRepository } from '../demo/livingRepository';
import { packageExtension } from '../demo/packaging';
import { launchBrowser } from '../vscode/browser';
import { startVSCode } from '../vscode/server';
import { openView, openWorkbench, type WorkbenchOptions } from '../vscode/workbench';
import { plainGit } from '../vscode/workspace';

export const pictureSize = { width: 1000, height: 560 };

/** A repository that lives on a fake GitLab of the newest version, and a VS Code for taking pictures of it. */
export interface PictureWorkbench {
  readonly repository: LivingRepository;
  /** Lets GitLab work for so many steps of 12 seconds. */
  readonly tick: (steps: number) => void;
  /** A window with the view open, on the repository or another folder. */
  readonly openWindow: (options?: WorkbenchOptions, folder?: string) => Promise<Page>;
}

const secondsPerTick = 12;

/** Nothing that draws the eye away from the view. */
const calm = {
  'window.title': 'bakery / shop',
  'window.commandCenter': false,
  'breadcrumbs.enabled': false,
  'editor.minimap.enabled': false,
  'editor.scrollbar.vertical': 'hidden',
  'gitlabBuilds.refresh.activeSeconds': 2,
};

/** Opens a VS Code on a repository whose GitLab has worked for the given number of steps, and closes all of it when the work is done. */
export async function withPictureWorkbench(
  steps: number,
  work: (workbench: PictureWorkbench) => Promise<void>,
): Promise<void> {
  let now = Date.now() - steps * secondsPerTick * 1000;
  const repository = await createLivingRepository(() => now, '18.9');
  const tick = (count: number) => {
    for (let step = 0; step < count; step++) {
      repository.project.tick();
      now += secondsPerTick * 1000;
    }
  };
  const extension = await packageExtension();
  const browser = await launchBrowser();
  try {
    tick(steps);
    const env = { ...plainGit, GITLAB_HOST: repository.gitlab.url, GITLAB_TOKEN: repository.project.token };
    const [workspace, extensions] = [repository.folder, [extension.file]];
    const vscode = await startVSCode({ release: 'newest', workspace, extensions, env, settings: calm });
    try {
      const openWindow: PictureWorkbench['openWindow'] = async (options, folder = workspace) => {
        const page = await openWorkbench(browser, vscode.url({ folder }), { viewport: pictureSize, ...options });
        await openView(page, 'GitLab Builds');
        return page;
      };
      await work({ repository, tick, openWindow });
    } finally {
      await vscode.close();
    }
  } finally {
    await browser.close();
    await extension.remove();
    await repository.close();
  }
}
