import type { Build, Commit, Report } from '../../model/build';
import type { Pipeline } from '../../model/pipeline';
import type { Project, RowContext } from '../dialect';
import { deny, has, lacks } from '../features';
import type { JsonObject } from '../jsonObject';

/**
 * What both APIs say of a build. Every build has all of the fields, in one order: objects of one shape are read several
 * times faster, and there are thousands. `page`: the part of its web address between project and id. Throws UnexpectedShape.
 */
export function commonBuild(row: JsonObject, { server, project }: RowContext, page: 'builds' | '-/jobs'): Build {
  const [id, status] = [row.id('id'), row.requireString('status')];
  const artifacts = toArtifacts(row);
  const artifactsExpiredAt = artifacts === undefined ? expiredAt(row) : undefined;
  const build: Build = {
    // Told of bridges alone, also where there is none yet.
    kind: row.has('downstream_pipeline') ? 'bridge' : undefined,
    id,
    name: row.requireString('name'),
    stage: row.string('stage') ?? 'test',
    status,
    ref: row.string('ref') ?? '',
    tag: row.boolean('tag'),
    allowFailure: row.boolean('allow_failure'), // Told since 12.0; v3 never tells.
    createdAt: row.string('created_at') ?? '',
    startedAt: row.string('started_at'),
    finishedAt: row.string('finished_at'),
    coverage: row.number('coverage'),
    artifacts,
    // What has expired is listed until GitLab gets round to removing it.
    reports: artifactsExpiredAt === undefined ? reportsOf(row) : undefined,
    artifactsExpiredAt,
    user: row.object('user')?.string('username'),
    runner: toRunner(row.object('runner')),
    tags: toTags(row.strings('tag_list')), // Told since 13.9; v3 never tells.
    pipeline: row.object('pipeline')?.number('id'),
    commit: toCommit(row.object('commit')),
    webUrl: `${project.url}/${page}/${id}`,
    failureReason: status === 'failed' ? row.string('failure_reason') : undefined, // Told since 14.6.
    queuedDuration: toQueuedDuration(row.number('queued_duration'), row.string('started_at')), // Told since 15.2.
    maybeManual: status === 'skipped' && !knows(server, 'manualStatus') ? true : undefined,
    attempts: [],
  };
  // Told since 11.0: what never expires need not be kept.
  const stays = row.isNull('artifacts_expire_at');
  return deny(build, (ability) => (ability === 'keep' && stays) || lacks(server, build, ability));
}

/** A pipeline as lists show it, or as a build shows the one it is of. Throws UnexpectedShape. */
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
    ...present({ name: row.string('name') }), // Told in lists since 16.3.
  };
}

/** Only the fields that have a value: most pipelines have none of these. */
export function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** undefined where the text says nothing. */
export function unlessEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}

/** It grows as long as a build waits, so that it is no news before the build starts. */
export function toQueuedDuration(seconds: number | undefined, startedAt: string | undefined): number | undefined {
  return startedAt === undefined ? undefined : seconds;
}

/** Surely, not only for want of a version: up to 8.12 no GitLab tells one. */
function knows(server: RowContext['server'], feature: 'manualStatus'): boolean {
  return server.version !== undefined && has(server, feature);
}

/** Absent, not null, when there are none (GitLab's own documentation says null). */
function toArtifacts(row: JsonObject): Build['artifacts'] {
  const file = row.object('artifacts_file');
  const filename = file?.string('filename');
  if (filename === undefined) return undefined;
  return { filename, size: file?.number('size') ?? 0, expireAt: row.string('artifacts_expire_at') };
}

/** Of a build without an archive. Erasing takes the time back; one that is still to come is that of reports alone. */
function expiredAt(row: JsonObject): Build['artifactsExpiredAt'] {
  const expireAt = row.string('artifacts_expire_at');
  return expireAt !== undefined && Date.parse(expireAt) <= Date.now() ? expireAt : undefined;
}

function reportsOf(row: JsonObject): Build['reports'] {
  return toReports(
    row.objects('artifacts').map((each) => ({
      type: each.string('file_type') ?? '',
      filename: each.string('filename') ?? '',
      size: each.number('size') ?? 0,
    })),
  );
}

/** Files of a build that are no report: its archive, what GitLab keeps to look into that, its log. */
const noReports = new Set(['', 'archive', 'metadata', 'trace']);

/** The reports among the files of a build, in an order that both REST and GraphQL give. */
export function toReports(files: readonly Report[]): Build['reports'] {
  const reports = files.filter(({ type }) => !noReports.has(type));
  const key = ({ type, filename }: Report): string => `${type}/${filename}`;
  return reports.length === 0 ? undefined : reports.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

function toRunner(runner: JsonObject | undefined): string | undefined {
  return runner?.string('description') ?? runner?.string('name');
}

/** What a build without tags needs is the same as what one needs whose tags are not told. */
export function toTags(tags: readonly string[]): Build['tags'] {
  return tags.length === 0 ? undefined : [...tags].sort();
}

function toCommit(commit: JsonObject | undefined): Commit | undefined {
  const sha = commit?.string('id');
  if (sha === undefined) return undefined;
  return { sha, title: commit?.string('title') ?? '', author: commit?.string('author_name') ?? '' };
}
