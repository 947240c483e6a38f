import { createToken, signIn, signOut } from './signIn';
import { keeping, retrying } from '../text/actionText';
import { cancel, deleteArtifacts, erase, retryWithInputs } from './buildActions';
import { actionCommand } from './buildTasks';
import { downloadArtifacts, extractArtifacts, clearArtifactsCache } from './downloadArtifacts';
import { branchBuilds } from './branchBuilds';
import { cancelActive, cancelPipeline, retryFailed, retryPipeline } from './bulk';
import type { Command } from './command';
import { followHead, selectCommit, push } from './commits';
import { copyName, copyUrl, openInBrowser, openProjectSettings, openMergeRequest, openPipeline } from './webPages';
import { copyDiagnostics, reportIssue, showOutput, showSettingFlaws } from './diagnostics';
import { downloadArtifact, compareArtifact, openArtifact } from './artifactFiles';
import { latestArtifacts } from './latestArtifacts';
import {
  compareLog,
  copyFailure,
  fixWithChat,
  saveLog,
  loadEarlier,
  toggleLogTimestamps,
  openLog,
  clearProblems,
  showProblems,
} from './logCommands';
import { openLogPlace } from './openLogPlace';
import { showCodeQuality } from './showCodeQuality';
import { showCoverage } from './showCoverage';
import { showTests } from './showTests';
import { play, playWithInputs, playWithVariables } from './play';
import { goToJob } from './goToJob';
import { openByUrl } from './openByUrl';
import { nextFailed, clearFilter, filter, groupBy, refresh, showFailedOnly } from './view';
import { runPipeline } from './runPipeline';
import { selectProject, showOtherProject } from './selectProject';
import { openChanges, sinceWhen } from './sinceWhen';
import { showTimeline } from './showTimeline';
import { goToConfigError, validateCiConfig } from './validateCiConfig';
import { watch } from './watch';
import { requireWritable, rootsOf, rowsOf } from './targets';

/** All commands of the manifest, by name without `gitlabBuilds.`. */
export const table: Readonly<Record<string, Command>> = {
  refresh,
  groupBy,
  filter,
  clearFilter,
  showFailedOnly,
  nextFailed,
  watch,
  showTimeline: withLoadedRows(showTimeline),
  sinceWhen,
  openChanges,
  branchBuilds,
  push,
  selectCommit,
  selectProject,
  showOtherProject,
  followHead,
  signIn,
  createToken,
  signOut,
  retry: requireWriteAccess(actionCommand(retrying)),
  cancel: requireWriteAccess(cancel),
  play: requireWriteAccess(play),
  playWithVariables: requireWriteAccess(playWithVariables),
  playWithInputs: requireWriteAccess(playWithInputs),
  retryWithInputs: requireWriteAccess(retryWithInputs),
  retryPipeline: requireWriteAccess(withLoadedRows(retryPipeline)),
  cancelPipeline: requireWriteAccess(withLoadedRows(cancelPipeline)),
  erase: requireWriteAccess(erase),
  keepArtifacts: requireWriteAccess(actionCommand(keeping)),
  deleteArtifacts: requireWriteAccess(deleteArtifacts),
  runPipeline: requireWriteAccess(runPipeline),
  retryFailed: requireWriteAccess(withLoadedRows(retryFailed)),
  cancelActive: requireWriteAccess(withLoadedRows(cancelActive)),
  downloadArtifacts: withLoadedRows(downloadArtifacts),
  extractArtifacts,
  latestArtifacts,
  openArtifact,
  downloadArtifact,
  compareArtifact,
  clearArtifactsCache,
  openLog: withRuns(openLog),
  saveLog: withRuns(saveLog),
  copyFailure,
  fixWithChat,
  compareLog: withRuns(compareLog),
  showProblems,
  showTests,
  showCoverage,
  showCodeQuality,
  clearProblems,
  openLogPlace,
  loadEarlier,
  toggleLogTimestamps,
  openInBrowser: withRuns(openInBrowser),
  openProjectSettings,
  copyUrl: withRuns(copyUrl),
  copyName,
  openPipeline,
  openMergeRequest,
  showSettingFlaws,
  openByUrl,
  goToJob,
  validateCiConfig,
  goToConfigError,
  showOutput,
  copyDiagnostics,
  reportIssue,
};

/** Wraps a command on builds: rows of earlier pipelines that were never opened load theirs first. */
function withLoadedRows(command: Command): Command {
  return async (context, args) => {
    const { opened } = context.session;
    const unknown = rowsOf(args).filter(
      ({ root, node }) => node.kind === 'pipeline' && node.listed !== undefined && !opened.isLoaded(root),
    );
    await Promise.all(unknown.map(async ({ root }) => opened.open(root)));
    await command(context, args);
  };
}

/** Wraps a command on a build: the row of a commit in a build's history stands for the run on that commit. */
function withRuns(command: Command): Command {
  return async (context, args) => {
    const [row] = args.length > 1 ? rowsOf(args) : [];
    const run = row?.node.kind === 'historyCommit' ? row.node.judged.run : undefined;
    await command(context, run === undefined ? args : [{ build: run.id, repository: row?.root }]);
  };
}

/** Wraps a command that changes something on GitLab: refused if the token can only read. */
function requireWriteAccess(command: Command): Command {
  return async (context, args) => {
    for (const root of rootsOf(context, args)) requireWritable(context.session.snapshotOf(root));
    await command(context, args);
  };
}
