import type { Artifacts, Build, Commit, DownstreamPipeline, Report } from './build';
import type { Ancestor } from './head';
import type { MergeRequest, Pipeline } from './pipeline';

/** A stored snapshot. `sha` may be HEAD's while the builds are the `ancestor`'s. */
export interface StoredCommit {
  /** Base URL of the instance. */
  readonly instance: string;
  readonly project: string;
  readonly sha: string;
  /** When GitLab returned it, in ms since 1970. */
  readonly asOf: number;
  readonly apiVersion: 'v3' | 'v4';
  readonly readOnly: boolean;
  readonly ancestor?: Ancestor | undefined;
  readonly expected?: Readonly<Record<string, number>> | undefined;
  readonly builds: readonly Build[];
  readonly pipelines: readonly Pipeline[];
  /** The list of builds was truncated at a limit. */
  readonly isPartial?: boolean | undefined;
}

type Check = (value: unknown) => boolean;
/** Requires a check for each field, so that a new field can't be forgotten. */
type Fields<T> = Readonly<Record<keyof T, Check>>;

const text: Check = (value) => typeof value === 'string';
const number: Check = (value) => Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.some((word) => word === value);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectOf<T>(fields: Fields<T>): Check {
  const checks = Object.entries<Check>(fields);
  return (value) => isObject(value) && checks.every(([name, check]) => check(value[name]));
}

const numbersByName: Check = (value) => isObject(value) && Object.values(value).every(number);

const build: Fields<Required<Build>> = {
  kind: maybe(oneOf('bridge', 'external')),
  id: number,
  name: text,
  stage: text,
  status: text,
  ref: text,
  tag: flag,
  allowFailure: flag,
  createdAt: text,
  startedAt: maybe(text),
  finishedAt: maybe(text),
  coverage: maybe(number),
  artifacts: maybe(
    objectOf<Required<Artifacts>>({
      filename: text,
      size: number,
      expireAt: maybe(text),
    }),
  ),
  reports: maybe(listOf(objectOf<Report>({ type: text, filename: text, size: number }))),
  artifactsExpiredAt: maybe(text),
  user: maybe(text),
  runner: maybe(text),
  tags: maybe(listOf(text)),
  pipeline: maybe(number),
  webUrl: maybe(text),
  commit: maybe(objectOf<Commit>({ sha: text, title: text, author: text })),
  scheduledAt: maybe(text),
  confirmation: maybe(text),
  failureReason: maybe(text),
  failureMessage: maybe(text),
  exitCode: maybe(number),
  stuck: maybe(flag),
  queuedDuration: maybe(number),
  downstream: maybe(number),
  elsewhere: maybe(objectOf<DownstreamPipeline>({ pipeline: number, project: text })),
  maybeManual: maybe(flag),
  denied: maybe(listOf(text)),
  attempts: listOf((attempt) => isBuild(attempt)),
};
const isBuild = objectOf<Required<Build>>(build);

const isPipeline = objectOf<Required<Pipeline>>({
  id: number,
  ref: text,
  sha: text,
  status: text,
  source: maybe(text),
  webUrl: maybe(text),
  name: maybe(text),
  yamlErrors: maybe(text),
  failureReason: maybe(text),
  mergeRequest: maybe(objectOf<MergeRequest>({ iid: number, title: text })),
  stages: maybe(listOf(text)),
});

const isWhole = objectOf<Required<StoredCommit>>({
  instance: text,
  project: text,
  sha: text,
  asOf: number,
  apiVersion: oneOf('v3', 'v4'),
  readOnly: flag,
  ancestor: maybe(objectOf<Ancestor>({ sha: text, back: number })),
  expected: maybe(numbersByName),
  builds: listOf(isBuild),
  pipelines: listOf(isPipeline),
  isPartial: maybe(flag),
});

/** Validates a stored value: false if another version of the extension wrote it, or if it is damaged. */
export function isStoredCommit(value: unknown): value is StoredCommit {
  return isWhole(value);
}
