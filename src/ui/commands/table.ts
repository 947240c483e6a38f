import { signIn, signOut } from './signIn';
import { requireWriteAccess } from './requireWriteAccess';
import { cancel, deleteArtifacts, erase, keepArtifacts, retry } from './actions';
import { downloadArtifacts, extractArtifacts } from './downloadArtifacts';
import { clearArtifactsCache } from './artifactsCache';
import { cancelActive, retryFailed } from './bulk';
import type { Command } from './command';
import { followHead, selectCommit } from './commits';
import { copyName } from './copyName';
import { copyDiagnostics, showOutput } from './diagnostics';
import { downloadArtifact } from './entries';
import { latestArtifacts } from './latestArtifacts';
import { copyUrl, openInBrowser, openProjectSettings } from './openInBrowser';
import { compareLog, copyFailure, saveLog } from './logCommands';
import { loadEarlier, toggleLogTimestamps } from './logView';
import { compareArtifact, openArtifact } from './openArtifact';
import { openMergeRequest, openPipeline } from './openPages';
import { openLog } from './openLog';
import { play, playWithVariables } from './play';
import { clearProblems, showProblems } from './showProblems';
import { nextFailed } from './nextFailed';
import { push } from './push';
import { selectProject, showOtherProject } from './selectProject';
import { clearFilter, filter, groupBy, refresh, showFailedOnly } from './view';
import { watch } from './watch';

/** Every command of the manifest, by the name after `gitlabBuilds.` */
export const table: Readonly<Record<string, Command>> = {
  refresh,
  groupBy,
  filter,
  clearFilter,
  showFailedOnly,
  nextFailed,
  watch,
  push,
  selectCommit,
  selectProject,
  showOtherProject,
  followHead,
  signIn,
  signOut,
  retry: requireWriteAccess(retry),
  cancel: requireWriteAccess(cancel),
  play: requireWriteAccess(play),
  playWithVariables: requireWriteAccess(playWithVariables),
  erase: requireWriteAccess(erase),
  keepArtifacts: requireWriteAccess(keepArtifacts),
  deleteArtifacts: requireWriteAccess(deleteArtifacts),
  retryFailed: requireWriteAccess(retryFailed),
  cancelActive: requireWriteAccess(cancelActive),
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
  openProjectSettings,
  copyUrl,
  copyName,
  openPipeline,
  openMergeRequest,
  showOutput,
  copyDiagnostics,
};
