import { l10n, window, type Disposable, type TerminalLink, type TerminalLinkProvider } from 'vscode';
import { pageLinksIn } from '../../core/model/gitlabPage';
import type { Instance } from '../../core/model/instance';

interface SignedIn {
  /** Instances that the user is signed in to. */
  signedInInstances(): Promise<readonly Instance[]>;
}

interface PageTerminalLink extends TerminalLink {
  readonly url: string;
}

/** Makes URLs of builds and pipelines in terminals links that open them here. All other URLs are left to VS Code. */
export function registerTerminalLinks(
  session: SignedIn,
  act: (name: string, ...args: readonly unknown[]) => Promise<void>,
): Disposable {
  const provider: TerminalLinkProvider<PageTerminalLink> = {
    provideTerminalLinks: async ({ line }) => {
      // Most lines have no URL, and nothing is asked for them.
      if (!line.includes('://')) return [];
      return pageLinksIn(line, await session.signedInInstances()).map(({ start, length, url }) => ({
        startIndex: start,
        length,
        tooltip: l10n.t('Show in GitLab Builds'),
        url,
      }));
    },
    handleTerminalLink: ({ url }) => act('openByUrl', { url }),
  };
  return window.registerTerminalLinkProvider(provider);
}
