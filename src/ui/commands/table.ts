import { signIn, signOut } from './account';
import { cancel, cancelActive, erase, retry, retryFailed } from './actions';
import { downloadArtifacts } from './artifacts';
import type { Command } from './command';
import { followHead, selectCommit } from './commits';
import { copyDiagnostics, showOutput } from './diagnostics';
import { copyUrl, openInBrowser } from './links';
import { filter, groupBy, refresh } from './view';

/** Every command of the manifest, by the name after `gitlabBuilds.` */
export const table: Readonly<Record<string, Command>> = {
  refresh,
  groupBy,
  filter,
  selectCommit,
  followHead,
  signIn,
  signOut,
  retry,
  cancel,
  erase,
  retryFailed,
  cancelActive,
  downloadArtifacts,
  openInBrowser,
  copyUrl,
  showOutput,
  copyDiagnostics,
};
