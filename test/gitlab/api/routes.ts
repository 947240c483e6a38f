import type { Answer } from '../answer';
import type { Kind } from '../model';
import type { RouteName } from '../profiles/profile';
import type { Ability } from '../rules';
import { cancel, erase, play, retry } from './actions';
import { download, downloadByRef, file, fileByRef, keep, remove, tree } from './artifacts';
import { allBuilds, commitBuilds, jobOfToken, pipelineBridges, pipelineBuilds, showBuild, showTrace } from './builds';
import {
  type BuildCall,
  inProject,
  onBuild,
  onPipeline,
  type PipelineCall,
  profileOf,
  type ProjectCall,
  type Run,
} from './call';
import { commitStatuses, listMergeRequests, mergeRequestPipelines, showCommit, showMergeRequest } from './commits';
import { lintAlone, lintCommit, lintContent, showFile } from './ciLint';
import { showOwnToken, showProject, showUser, showVersion } from './instance';
import {
  cancelPipeline,
  createMergeRequestPipeline,
  createPipeline,
  latestPipeline,
  listPipelines,
  retryPipeline,
  showPipeline,
} from './pipelines';
import { showTestReport, showTestReportSummary } from './testReports';

export interface Route {
  readonly name: RouteName;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `:x` is one segment, `*x` the rest. Where the API speaks of jobs, `build` stands for `job`. */
  readonly path: string;
  /** Lists have their parameters checked before anything else, on versions that check. */
  readonly list: 'builds' | 'pipelineBuilds' | 'other' | undefined;
  readonly run: Run;
}

function get(name: RouteName, path: string, run: Run, list?: Route['list']): Route {
  return { name, method: 'GET', path, run, list };
}

function post(name: RouteName, path: string, run: Run): Route {
  return { name, method: 'POST', path, run, list: undefined };
}

const project = 'projects/:id';
const build = `${project}/builds/:build_id`;
const pipeline = `${project}/pipelines/:pipeline_id`;
const commit = `${project}/repository/commits/:sha`;

type OnBuild = (call: BuildCall) => Answer;
const reading = (run: OnBuild, kinds?: readonly Kind[]): Run => onBuild('readBuild', run, kinds);
const changing = (run: OnBuild): Run => onBuild('updateBuild', run);
const within = (ability: Ability, run: (call: ProjectCall) => Answer): Run => inProject(ability, run);
const readingPipeline = (run: (call: PipelineCall) => Answer): Run => onPipeline('readBuild', run);

/** Versions differ in whether reading builds is asked for. */
const builds: Run = (call) => within(profileOf(call).rules.buildsNeed, allBuilds)(call);
const playing: Run = (call) => within(profileOf(call).rules.playNeeds, play)(call);

/** All that any version has. Of two that match, the first counts. */
export const routes: readonly Route[] = [
  get('user', 'user', showUser),
  get('version', 'version', showVersion),
  get('metadata', 'metadata', showVersion),
  get('ownToken', 'personal_access_tokens/self', showOwnToken),
  get('jobOfToken', 'job', jobOfToken),
  get('project', project, within('readProject', showProject)),
  get('builds', `${project}/builds`, builds, 'builds'),
  get('commitBuilds', `${commit}/builds`, within('readBuild', commitBuilds), 'builds'),
  get('refArtifacts', `${project}/builds/artifacts/*ref/download`, within('readBuild', downloadByRef)),
  get('refArtifactFile', `${project}/builds/artifacts/*ref/raw/*path`, within('readBuild', fileByRef)),
  get('build', build, reading(showBuild)),
  get('trace', `${build}/trace`, reading(showTrace)),
  get('artifacts', `${build}/artifacts`, reading(download)),
  get('artifactTree', `${build}/artifacts/tree`, reading(tree)),
  get('artifactFile', `${build}/artifacts/*path`, reading(file)),
  post('keep', `${build}/artifacts/keep`, changing(keep)),
  { ...post('deleteArtifacts', `${build}/artifacts`, onBuild('adminProject', remove)), method: 'DELETE' },
  post('cancel', `${build}/cancel`, changing(cancel)),
  post('retry', `${build}/retry`, within('updateBuild', retry)),
  post('erase', `${build}/erase`, onBuild('eraseBuild', erase)),
  post('play', `${build}/play`, playing),
  post('lint', 'ci/lint', lintAlone),
  post('projectLint', `${project}/ci/lint`, within('updateBuild', lintContent)),
  get('commitLint', `${project}/ci/lint`, within('readProject', lintCommit)),
  get('file', `${project}/repository/files/*file_path`, within('readProject', showFile)),
  post('createPipeline', `${project}/pipeline`, within('updateBuild', createPipeline)),
  get('pipelines', `${project}/pipelines`, within('readBuild', listPipelines), 'other'),
  get('latestPipeline', `${project}/pipelines/latest`, within('readBuild', latestPipeline)),
  get('pipeline', pipeline, readingPipeline(showPipeline)),
  get('pipelineBuilds', `${pipeline}/builds`, readingPipeline(pipelineBuilds), 'pipelineBuilds'),
  get('bridges', `${pipeline}/bridges`, readingPipeline(pipelineBridges), 'pipelineBuilds'),
  get('triggerJobs', `${pipeline}/trigger_jobs`, readingPipeline(pipelineBridges), 'pipelineBuilds'),
  get('testReport', `${pipeline}/test_report`, readingPipeline(showTestReport)),
  get('testReportSummary', `${pipeline}/test_report_summary`, readingPipeline(showTestReportSummary)),
  post('pipelineRetry', `${pipeline}/retry`, onPipeline('updateBuild', retryPipeline)),
  post('pipelineCancel', `${pipeline}/cancel`, onPipeline('updateBuild', cancelPipeline)),
  get('commit', commit, within('readProject', showCommit)),
  get('commitStatuses', `${commit}/statuses`, within('readBuild', commitStatuses), 'other'),
  get('mergeRequests', `${project}/merge_requests`, within('readProject', listMergeRequests), 'other'),
  get('mergeRequest', `${project}/merge_requests/:merge_request_iid`, within('readProject', showMergeRequest)),
  post(
    'createMergeRequestPipeline',
    `${project}/merge_requests/:merge_request_iid/pipelines`,
    within('updateBuild', createMergeRequestPipeline),
  ),
  get(
    'mergeRequestPipelines',
    `${project}/merge_requests/:merge_request_iid/pipelines`,
    within('readBuild', mergeRequestPipelines),
    'other',
  ),
];
