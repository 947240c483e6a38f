import { deny } from '../../model/abilities';
import { statusClass, type Build, type BuildAbility, type Commit } from '../../model/build';
import { externalStage, type Pipeline } from '../../model/pipeline';
import type { Project, RowContext } from '../dialect';
import { projectOfPage, toElsewhere } from './downstream';
import { webAddress } from './externalStatuses';
import { lacks } from '../features';
import { failureReasonIn, failureReasonInTooltip } from './failureMessages';
import { UnexpectedShape, type JsonObject } from '../jsonObject';
import { present, toQueuedDuration, toReports, toTags, unlessEmpty } from './restMappers';
import { htmlToText } from '../../util/htmlToText';

/** Converts a pipeline without its jobs. Throws UnexpectedShape. */
export function toPipeline(row: JsonObject, project: Project): Pipeline {
  const id = toId(row.requireString('id'));
  const stages = row.object('stages')?.objects('nodes');
  return {
    id,
    ref: row.string('ref') ?? '',
    sha: row.string('sha') ?? '',
    status: toStatus(row),
    source: row.string('source'),
    webUrl: pageOf(id, project),
    ...present({
      name: row.string('name'),
      yamlErrors: unlessEmpty(row.string('yamlErrorMessages')),
      failureReason: toStatus(row) === 'failed' ? unlessEmpty(row.string('failureReason')) : undefined,
    }),
    stages: stages?.map((stage) => stage.requireString('name')),
  };
}

/** The commit of a pipeline; undefined if the response doesn't have it. */
export function toCommit(row: JsonObject, { sha }: Pick<Pipeline, 'sha'>): Commit | undefined {
  const commit = row.object('commit');
  return commit && { sha, title: commit.string('title') ?? '', author: commit.string('authorName') ?? '' };
}

function pageOf(id: number, { url }: Project): string {
  return `${url}/-/pipelines/${id}`;
}

/** Converts a job of any kind: GraphQL lists builds, bridges and external statuses together. Throws UnexpectedShape. */
export function toBuild(row: JsonObject, pipeline: Pipeline, context: RowContext): Build {
  const { project, server } = context;
  const globalId = row.requireString('id');
  const id = toId(globalId);
  const kind = kindOf(globalId);
  const build: Build = {
    kind,
    id,
    name: row.requireString('name'),
    stage: row.object('stage')?.string('name') ?? (kind === 'external' ? externalStage : 'test'),
    status: toStatus(row),
    ref: row.string('refName') ?? pipeline.ref,
    tag: row.boolean('createdByTag'),
    allowFailure: row.boolean('allowFailure'),
    createdAt: row.time('createdAt') ?? '',
    startedAt: row.time('startedAt'),
    finishedAt: row.time('finishedAt'),
    scheduledAt: row.time('scheduledAt'),
    ...present({ confirmation: confirmationIn(row) }),
    ...failureOf(row, kind),
    stuck: row.boolean('stuck') ? true : undefined,
    queuedDuration:
      kind === 'external' ? undefined : toQueuedDuration(row.amount('queuedDuration'), row.time('startedAt')),
    coverage: row.number('coverage'),
    ...filesOf(row),
    runner: row.object('runner')?.string('description'),
    tags: toTags(row.strings('tags')),
    pipeline: pipeline.id,
    commit: { sha: pipeline.sha, title: '', author: '' },
    downstream: toChild(row, pipeline, project)?.id,
    ...elsewhereOf(row, pipeline, project),
    webUrl: kind === undefined ? `${project.url}/-/jobs/${id}` : webUrlOfOther(row, kind, pipeline, project),
    attempts: [],
  };
  return deny(
    build,
    (ability) =>
      lacks(server, build, ability) ||
      refuses(row, build, ability) ||
      (ability === 'deleteArtifacts' && context.noMaintainer === true),
  );
}

/** GitLab's question before the job is started. */
function confirmationIn(row: JsonObject): string | undefined {
  return unlessEmpty(row.object('detailedStatus')?.object('action')?.string('confirmationMessage'));
}

/** Why a job failed. GitLab returns a sentence, and none for failed scripts. */
function failureOf(row: JsonObject, kind: Build['kind']): Pick<Build, 'failureReason' | 'failureMessage' | 'exitCode'> {
  const hasFailed = toStatus(row) === 'failed';
  const message = hasFailed ? unlessEmpty(htmlToText(row.string('failureMessage') ?? '')) : undefined;
  const isScript = hasFailed && kind === undefined && row.isNull('failureMessage');
  const tooltip = hasFailed && kind === undefined ? row.object('detailedStatus')?.string('tooltip') : undefined;
  const reason = isScript ? 'script_failure' : failureReasonInTooltip(tooltip ?? '');
  return {
    failureReason: message === undefined ? reason : failureReasonIn(message),
    failureMessage: message,
    exitCode: hasFailed ? row.number('exitCode') : undefined,
  };
}

/** A pipeline that a bridge refers to. */
export interface NamedPipeline {
  readonly id: number;
  /** Number within the project. */
  readonly iid: string | undefined;
  readonly sha: string;
  readonly webUrl: string;
  /** Fingerprint reported by the bridge; undefined while the pipeline is running, or if not reported. */
  readonly endState: string | undefined;
}

/**
 * Fingerprint of a finished pipeline, which changes with anything in it; undefined while it is running, or if fields
 * are missing.
 */
export function endStateOf(row: JsonObject): string | undefined {
  const [status, updatedAt] = [row.string('status')?.toLowerCase(), row.string('updatedAt')];
  const hasEnded = status !== undefined && updatedAt !== undefined && statusClass(status) === 'ended';
  return hasEnded ? `${status} ${updatedAt}` : undefined;
}

/**
 * The child pipeline that a bridge triggered. If the server doesn't report the source, a child is recognized by having
 * its parent's project and commit.
 */
export function toChild(row: JsonObject, parent: Pick<Pipeline, 'sha'>, project: Project): NamedPipeline | undefined {
  const downstream = row.object('downstreamPipeline');
  if (downstream === undefined) return undefined;
  const source = downstream.string('source');
  const sha = downstream.string('sha') ?? parent.sha;
  const isHere = (downstream.string('path') ?? '').startsWith(`${new URL(project.url).pathname}/-/pipelines/`);
  const isChild = source === undefined ? isHere && sha === parent.sha : source === 'parent_pipeline';
  if (!isChild) return undefined;
  const id = toId(downstream.requireString('id'));
  const endState = endStateOf(downstream);
  return { id, iid: downstream.string('iid'), sha, webUrl: pageOf(id, project), endState };
}

/** The pipeline that a bridge triggered in another project. GraphQL omits one that the token may not read. */
function elsewhereOf(row: JsonObject, parent: Pipeline, project: Project): Pick<Build, 'elsewhere'> {
  const downstream = row.object('downstreamPipeline');
  if (downstream === undefined || toChild(row, parent, project) !== undefined) return {};
  const page = downstream.string('path') ?? '';
  return toElsewhere(toId(downstream.requireString('id')), projectOfPage(page, project));
}

/** Web page of a triggered pipeline, or of an external status (an absolute URL). */
function webUrlOfOther(
  row: JsonObject,
  kind: 'bridge' | 'external',
  pipeline: Pipeline,
  project: Project,
): string | undefined {
  if (kind === 'external') return webAddress(row.object('detailedStatus')?.string('detailsPath'));
  const child = toChild(row, pipeline, project);
  // In another project: GraphQL paths are relative to the origin and include the relative URL root.
  return child?.webUrl ?? absolute(row.object('downstreamPipeline')?.string('path'), project);
}

function absolute(path: string | undefined, { url }: Project): string | undefined {
  return path === undefined || !URL.canParse(path, url) ? undefined : webAddress(new URL(path, url).href);
}

/** Whether the reported state or the user's role rules out an ability. */
function refuses(row: JsonObject, build: Build, ability: BuildAbility): boolean {
  const permissions = row.object('userPermissions');
  const mayUpdate = permissions?.isFalse('updateBuild') !== true;
  switch (ability) {
    case 'retry':
    case 'retryWithInputs':
      return !mayUpdate || row.isFalse('retryable');
    case 'cancel':
      return permissions?.has('cancelBuild') === true ? permissions.isFalse('cancelBuild') : !mayUpdate;
    case 'play':
    case 'playWithVariables':
    case 'playWithInputs':
      return !mayUpdate || row.isFalse('canPlayJob');
    case 'keep':
      return !mayUpdate || build.artifacts?.expireAt === undefined;
    case 'erase':
    case 'forceCancel':
    case 'deleteArtifacts':
      return !mayUpdate;
    default:
      return ability satisfies never;
  }
}

/**
 * Archive and reports among the files of a job, which include its log. An expired archive that is still listed exists:
 * GitLab keeps those of the newest pipeline and serves them.
 */
function filesOf(row: JsonObject): Pick<Build, 'artifacts' | 'reports' | 'artifactsExpiredAt'> {
  const files = row.object('artifacts')?.objects('nodes') ?? [];
  const archive = files.find((file) => typeOf(file) === 'archive');
  const artifacts = toArtifacts(archive);
  const there = archive === undefined ? files.filter((file) => !isExpired(file)) : files;
  const reports = toReports(
    there.map((file) => ({ type: typeOf(file), filename: file.string('name') ?? '', size: file.size('size') })),
  );
  const isGone = artifacts === undefined && reports === undefined;
  const expired = files.find((file) => isExpired(file) && typeOf(file) !== 'trace');
  return { artifacts, reports, artifactsExpiredAt: isGone ? expired?.time('expireAt') : undefined };
}

function toArtifacts(archive: JsonObject | undefined): Build['artifacts'] {
  if (archive === undefined) return undefined;
  return {
    filename: archive.string('name') ?? 'artifacts.zip',
    size: archive.size('size'),
    expireAt: archive.time('expireAt'),
  };
}

/** Whether a file has expired. Up to 18.8, only the date shows it. */
function isExpired(file: JsonObject): boolean {
  return file.has('expired') ? file.boolean('expired') : Date.parse(file.time('expireAt') ?? '') <= Date.now();
}

function typeOf(file: JsonObject): string {
  return (file.string('fileType') ?? '').toLowerCase();
}

export function toStatus(row: JsonObject): string {
  return row.requireString('status').toLowerCase();
}

/** Numeric id in a global id such as `gid://gitlab/Ci::Build/123`. */
export function toId(globalId: string): number {
  const id = Number(/\/(\d+)$/.exec(globalId)?.[1]);
  if (!Number.isSafeInteger(id)) throw new UnexpectedShape(`${globalId} is no id`);
  return id;
}

function kindOf(globalId: string): Build['kind'] {
  if (globalId.includes('/GenericCommitStatus/')) return 'external';
  return globalId.includes('/Ci::Bridge/') ? 'bridge' : undefined;
}

/** Whether the pipeline belongs to a merge request. Falls back to the ref if the server doesn't report the source. */
export function isOfMergeRequest(row: JsonObject): boolean {
  const source = row.string('source');
  return source === undefined
    ? (row.string('ref') ?? '').startsWith('refs/merge-requests/')
    : source === 'merge_request_event';
}

/** The pipeline as a merge request lists it, without builds. */
export function toBare(row: JsonObject): Pipeline {
  return { id: toId(row.requireString('id')), ref: row.string('ref') ?? '', sha: row.string('sha') ?? '', status: '' };
}
