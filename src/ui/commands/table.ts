import { signIn, signOut } from './signIn';
import { acting } from './requireWriteAccess';
import { cancel, deleteArtifacts, erase, keepArtifacts, retry } from './actions';
import { downloadArtifacts, extractArtifacts } from './downloadArtifacts';
import { clearArtifactsCache } from './artifactsCache';
import { cancelActive, retryFailed } from './bulk';
import type { Command } from './command';
import { followHead, selectCommit } from './commits';
import { copyDiagnostics, showOutput } from './diagnostics';
import { downloadArtifact } from './entries';
import { latestArtifacts } from './latestArtifacts';
import { copyUrl, openInBrowser } from './openInBrowser';
import { compareLog, copyFailure, saveLog } from './logCommands';
import { loadEarlier, toggleLogTimestamps } from './logView';
import { compareArtifact, openArtifact } from './openArtifact';
import { openLog } from './openLog';
import { play, playWithVariables } from './play';
import { clearProblems, showProblems } from './showProblems';
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
  deleteArtifacts: acting(deleteArtifacts),
  retryFailed: acting(retryFailed),
  cancelActive: acting(cancelActive),
  downloadArtifacts,
  extractArtifacts,
  latestArtifacts,
  openArtifact,
  downloadArtifact,
  compareArtifact,
  clearArtifactsCache,
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
