import { l10n } from 'vscode';
import type { NoProject, Ready, Snapshot } from '../../core/model/snapshot';
import { shortSha } from './buildText';
import { failureSentence, oneLine } from './failures';

/** Why a repository shows no builds, in the words of each view. */
interface Situation {
  /** Value of the context key `gitlabBuilds.state`. */
  readonly state: string;
  /** Host or remote that has no builds to show, if it is known. */
  readonly host?: string | undefined;
  /** Codicon of the repository's row. */
  readonly icon: string;
  readonly words: string;
  /** Status bar item; undefined if the situation has none. */
  readonly statusBar?: { readonly icon: string; readonly text: string; readonly tooltip: string } | undefined;
  /** Line for the extension's log; undefined if nothing is logged. */
  readonly log?: string | undefined;
}

export function situationOf(snapshot: Exclude<Snapshot, Ready>): Situation {
  switch (snapshot.kind) {
    case 'noProject': {
      const { reason, host = snapshot.remote } = snapshot;
      const name = host === undefined ? undefined : oneLine(host);
      return { state: reason, host: name, icon: 'repo', words: reasonWords(reason), log: `no project (${reason})` };
    }
    case 'signedOut':
      return ofSignedOut(snapshot);
    case 'loading': {
      const tooltip = l10n.t('Loading the builds of {0}', shortSha(snapshot.target.sha));
      const statusBar = { icon: 'sync~spin', text: l10n.t('CI'), tooltip };
      return { state: 'loading', icon: 'loading~spin', words: l10n.t('loading'), statusBar };
    }
    case 'failed': {
      const { kind, host } = snapshot.failure;
      const words = failureSentence(snapshot.failure);
      const text = kind === 'rateLimited' ? l10n.t('CI: rate limited') : l10n.t('CI: unavailable');
      const statusBar = { icon: 'warning', text, tooltip: words };
      const name = host === undefined ? undefined : oneLine(host);
      return { state: 'failed', host: name, icon: 'warning', words, statusBar, log: `unavailable (${kind})` };
    }
    default:
      return snapshot satisfies never;
  }
}

function ofSignedOut({ url, known }: Extract<Snapshot, { kind: 'signedOut' }>): Situation {
  const statusBar = { icon: 'key', text: l10n.t('CI: sign in'), tooltip: l10n.t('Not signed in to {0}', url) };
  return {
    ...(known
      ? { state: 'signedOut', statusBar, log: `not signed in to ${url}` }
      : { state: 'unknownHost', log: `${url} is unknown` }),
    host: new URL(url).host,
    icon: 'key',
    words: l10n.t('not signed in'),
  };
}

function reasonWords(reason: NoProject): string {
  const words: Readonly<Record<NoProject, string>> = {
    noGit: l10n.t('no repository'),
    noRepository: l10n.t('no repository'),
    noCommit: l10n.t('no commit yet'),
    noRemote: l10n.t('no remote'),
    missingRemote: l10n.t('no such remote'),
    notGitLab: l10n.t('not GitLab'),
  };
  return words[reason];
}
