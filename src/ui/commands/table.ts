import { signIn, signOut } from './account';
import { acting } from './acting';
import { cancel, erase, keepArtifacts, retry } from './actions';
import { downloadArtifacts } from './artifacts';
import { cancelActive, retryFailed } from './bulk';
import type { Command } from './command';
import { followHead, selectCommit } from './commits';
import { copyDiagnostics, showOutput } from './diagnostics';
import { copyUrl, openInBrowser } from './links';
import { compareLog, copyFailure, saveLog } from './logs';
import { loadEarlier, toggleLogTimestamps } from './logView';
import { openLog } from './openLog';
import { play, playWithVariables } from './play';
import { clearProblems, showProblems } from './problems';
import { push } from './push';
import { filter, groupBy, refresh } from './view';

/** Every command of the manifest, by the name after `gitlabBuilds.` */
export const table: Readonly<Record<string, Command>> = {
  refresh,
  groupBy,
  filter,
  push,
  selectCommit,
  followHead,
  signIn,
  signOut,
  retry: acting(retry),
  cancel: acting(cancel),
  play: acting(play),
  playWithVariables: acting(playWithVariables),
  erase: acting(erase),
  keepArtifacts: acting(keepArtifacts),
  retryFailed: acting(retryFailed),
  cancelActive: acting(cancelActive),
  downloadArtifacts,
  openLog,
  saveLog,
  copyFailure,
  compareLog,
  showProblems,
  clearProblems,
  loadEarlier,
  toggleLogTimestamps,
  openInBrowser,
  copyUrl,
  showOutput,
  copyDiagnostics,
};
