import { window, type Disposable, type Uri } from 'vscode';

interface Runner {
  run(name: string, args: readonly unknown[]): Promise<void>;
}

/**
 * Registers what opens `vscode://gitlab-builds.gitlab-builds/open?url=…`. A link only shows a page, whatever it holds;
 * VS Code asks the user first. A link that is opened early waits for `started`.
 */
export function registerUriHandler(started: Promise<Runner>): Disposable {
  return window.registerUriHandler({
    handleUri: async (uri) => (await started).run('openByUrl', [{ url: urlIn(uri) }]),
  });
}

/** The address that a link is to open; empty for a link of another kind. */
function urlIn({ path, query }: Uri): string {
  return path === '/open' ? (new URLSearchParams(query).get('url') ?? '') : '';
}
