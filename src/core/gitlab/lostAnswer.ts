import { identity, statusClass, type Build, type BuildAction } from '../model/build';
import { GitLabError, isBrokenConnection } from '../model/errors';
import type { Call, Project } from './dialect';
import type { JsonObject } from './jsonObject';

/** A requested change, and the build's state before. */
export interface LostAction {
  readonly name: BuildAction | 'deleteArtifacts';
  readonly before: Build;
  /** Id of the newest known attempt of the build. */
  readonly newest: number;
}

/** What became of a request whose response was lost. `done` includes the build's current state. */
export type Effect =
  { readonly kind: 'done'; readonly build: Build } | { readonly kind: 'none' } | { readonly kind: 'unknown' };

/** Whether GitLab may have performed the request although its response was lost. */
export function isAnswerLost(error: unknown): error is GitLabError {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error.failure;
  // A proxy in front of GitLab lost the response or timed out.
  if (kind === 'server') return status === 502 || status === 504;
  return kind === 'timeout' || isBrokenConnection(error.failure);
}

/** Determines the effect on a build with one request. */
export async function effectOf(
  { api, dialect }: Call,
  project: Project,
  action: LostAction,
  read: (row: JsonObject) => Build,
): Promise<Effect> {
  const { name, before } = action;
  const path = `projects/${project.id}/${dialect.segment}`;
  // GitLab returns bridges neither individually nor in the project's list of builds.
  if (before.kind === 'bridge') return { kind: 'unknown' };
  // Newest first.
  if (name === 'retry') return effectOfRetry(action, (await api.page(path, 1, read)).items);
  return api.get(`${path}/${before.id}`, (row) => effectOn(action, read(row), row));
}

function effectOfRetry({ before, newest }: LostAction, recent: readonly Build[]): Effect {
  const made = recent.find((build) => build.id > newest && identity(build) === identity(before));
  return made === undefined ? { kind: 'none' } : { kind: 'done', build: made };
}

function effectOn({ name, before }: LostAction, build: Build, row: JsonObject): Effect {
  switch (name) {
    case 'retry':
      return { kind: 'unknown' };
    case 'cancel':
    case 'forceCancel':
    case 'play':
      return doneIf(build.status !== before.status, build);
    case 'erase':
      // Since 15.9; before, only missing artifacts indicate it.
      if (row.has('erased_at')) return doneIf(!row.isNull('erased_at'), build);
      return before.artifacts === undefined ? { kind: 'unknown' } : doneIf(build.artifacts === undefined, build);
    case 'keep':
      return doneIf(before.artifacts?.expireAt !== undefined && build.artifacts?.expireAt === undefined, build);
    case 'deleteArtifacts':
      return doneIf(build.artifacts === undefined, build);
    default:
      return name satisfies never;
  }
}

function doneIf(isDone: boolean, build: Build): Effect {
  return isDone ? { kind: 'done', build } : { kind: 'none' };
}

/** Determines the effect on a pipeline from its status before and after. */
export function effectOnPipeline(name: 'retry' | 'cancel', before: string, after: string): Effect['kind'] {
  const [wasOver, isOver] = [before, after].map((status) => status === 'canceling' || statusClass(status) === 'ended');
  if (name === 'cancel') return isOver === true ? 'done' : 'none';
  // A pipeline that was running may just be running still.
  if (wasOver !== true) return 'unknown';
  return isOver === true ? 'none' : 'done';
}
