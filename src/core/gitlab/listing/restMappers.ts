import { deny } from '../../model/abilities';
import { statusClass, type Build, type Commit, type Report } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import type { Project, RowContext } from '../dialect';
import { isKnownToHave, lacks } from '../features';
import type { JsonObject } from '../jsonObject';

/**
 * Fields of a build that both APIs share. Every build has all fields in the same order: V8 reads objects of one shape
 * several times faster, and there are thousands. `page`: part of the web address between project and id. Throws
 * UnexpectedShape.
 */
export function commonBuild(row: JsonObject, { server, project }: RowContext, page: 'builds' | '-/jobs'): Build {
  const [id, status] = [row.id('id'), row.requireString('status')];
  const artifacts = toArtifacts(row);
  const artifactsExpiredAt = artifacts === undefined ? expiredAt(row) : undefined;
  const build: Build = {
    // Only present for bridges, even before they trigger anything.
    kind: row.has('downstream_pipeline') ? 'bridge' : undefined,
    id,
    name: row.requireString('name'),
    stage: row.string('stage') ?? 'test',
    status,
    ref: row.string('ref') ?? '',
    tag: row.boolean('tag'),
    allowFailure: row.boolean('allow_failure'), // Since 12.0; never in v3.
    createdAt: row.time('created_at') ?? '',
    startedAt: row.time('started_at'),
    finishedAt: row.time('finished_at'),
    coverage: row.number('coverage'),
    artifacts,
    // Expired files are listed until GitLab removes them.
    reports: artifactsExpiredAt === undefined ? reportsOf(row) : undefined,
    artifactsExpiredAt,
    user: row.object('user')?.string('username'),
    runner: toRunner(row.object('runner')),
    tags: toTags(row.strings('tag_list')), // Since 13.9; never in v3.
    pipeline: row.object('pipeline')?.number('id'),
    commit: toCommit(row.object('commit')),
    webUrl: `${project.url}/${page}/${id}`,
    failureReason: status === 'failed' ? row.string('failure_reason') : undefined, // Since 14.6.
    queuedDuration: toQueuedDuration(row.amount('queued_duration'), row.time('started_at')), // Since 15.2.
    maybeManual: status === 'skipped' && !isKnownToHave(server, 'manualStatus') ? true : undefined,
    attempts: [],
  };
  // Since 11.0. Artifacts that never expire needn't be kept.
  const stays = row.isNull('artifacts_expire_at');
  return deny(build, (ability) => (ability === 'keep' && stays) || lacks(server, build, ability));
}

/** Converts a pipeline from a list, or the one nested in a build. Throws UnexpectedShape. */
export function toPipeline(row: JsonObject, project: Project): Pipeline {
  const id = row.id('id');
  const page = row.string('web_url')?.includes('/-/') === true ? '-/pipelines' : 'pipelines';
  return {
    id,
    ref: row.string('ref') ?? '',
    sha: row.string('sha') ?? '',
    status: row.string('status') ?? '',
    source: row.string('source'),
    webUrl: `${project.url}/${page}/${id}`,
    ...present({ name: row.string('name') }), // In lists since 16.3.
  };
}

/**
 * Fingerprint of a finished pipeline, which changes with anything in it; undefined while it is running, or if fields
 * are missing.
 */
export function endStateOf(row: JsonObject): string | undefined {
  const [status, updatedAt] = [row.string('status'), row.string('updated_at')];
  const hasEnded = status !== undefined && updatedAt !== undefined && statusClass(status) === 'ended';
  return hasEnded ? `${status} ${updatedAt}` : undefined;
}

/** Drops fields without a value: most pipelines have none of these. */
export function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The text, or undefined if it is empty. */
export function unlessEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

/**
 * Queued seconds. Undefined before the build starts, because the value keeps growing until then and would look like a
 * change.
 */
export function toQueuedDuration(seconds: number | undefined, startedAt: string | undefined): number | undefined {
  return startedAt === undefined ? undefined : seconds;
}

/** The artifacts. The field is absent, not null as documented, if there are none. */
function toArtifacts(row: JsonObject): Build['artifacts'] {
  const file = row.object('artifacts_file');
  const filename = file?.string('filename');
  if (filename === undefined) return undefined;
  return { filename, size: file?.size('size') ?? 0, expireAt: row.time('artifacts_expire_at') };
}

/**
 * When the artifacts of a build without an archive expired. Erasing clears the time; a time in the future belongs to
 * reports only.
 */
function expiredAt(row: JsonObject): Build['artifactsExpiredAt'] {
  const expireAt = row.time('artifacts_expire_at');
  return expireAt !== undefined && Date.parse(expireAt) <= Date.now() ? expireAt : undefined;
}

function reportsOf(row: JsonObject): Build['reports'] {
  return toReports(
    row.objects('artifacts').map((each) => ({
      type: each.string('file_type') ?? '',
      filename: each.string('filename') ?? '',
      size: each.size('size'),
    })),
  );
}

/** File types that aren't reports: archive, its metadata, log. */
const noReports = new Set(['', 'archive', 'metadata', 'trace']);

/** Reports among a build's files, in an order that REST and GraphQL share. */
export function toReports(files: readonly Report[]): Build['reports'] {
  const reports = files.filter(({ type }) => !noReports.has(type));
  const key = ({ type, filename }: Report): string => `${type}/${filename}`;
  return reports.length === 0 ? undefined : reports.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function toRunner(runner: JsonObject | undefined): string | undefined {
  return runner?.string('description') ?? runner?.string('name');
}

/** Tags; undefined if there are none, as if GitLab didn't report them. */
export function toTags(tags: readonly string[]): Build['tags'] {
  return tags.length === 0 ? undefined : [...tags].sort();
}

function toCommit(commit: JsonObject | undefined): Commit | undefined {
  const sha = commit?.string('id');
  if (sha === undefined) return undefined;
  return { sha, title: commit?.string('title') ?? '', author: commit?.string('author_name') ?? '' };
}
