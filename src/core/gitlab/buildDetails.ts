import type { Build } from '../model/build';

/** Maximum number of cached builds; the oldest are evicted first. */
const maxKept = 500;

/** Field that GraphQL lacks on older servers, as `Type.field`. */
const runnerField = 'CiJob.runner';
const archiveFields: readonly string[] = ['CiJobArtifact.size', 'CiJobArtifact.expireAt'];

interface Details {
  readonly runner: Build['runner'];
  readonly artifacts: Build['artifacts'];
}

interface Kept {
  readonly status: string;
  readonly asked: Promise<void>;
  details?: Details;
}

/** Whether details of the build are missing that this server's GraphQL can't return. */
export function isIncomplete({ kind, startedAt, runner, artifacts }: Build, lacks: ReadonlySet<string>): boolean {
  if (kind !== undefined) return false;
  const isRunnerUntold = lacks.has(runnerField) && startedAt !== undefined && runner === undefined;
  return isRunnerUntold || (artifacts !== undefined && archiveFields.some((field) => lacks.has(field)));
}

/** Loads runner and archive of single builds if lists lack them: once per build and status. */
export class BuildDetails {
  private readonly entries = new Map<string, Kept>();

  /** Adds cached details to a build. */
  with(project: number, build: Build): Build {
    const kept = this.entries.get(keyOf(project, build.id));
    return kept?.details === undefined || kept.status !== build.status ? build : completed(build, kept.details);
  }

  /** Like `with` for a whole list. Returns the list itself if nothing is cached for its builds. */
  withAll(project: number, builds: readonly Build[]): readonly Build[] {
    return this.entries.size === 0 ? builds : builds.map((build) => this.with(project, build));
  }

  /** Adds details to a build, calling `ask` unless they are cached. Rejections aren't cached. */
  async load(project: number, build: Build, ask: () => Promise<Build>): Promise<Build> {
    const key = keyOf(project, build.id);
    const known = this.entries.get(key);
    const kept = known?.status === build.status ? known : this.start(key, build.status, ask);
    await kept.asked;
    return this.with(project, build);
  }

  /** Drops the cached details of a build that is about to change. */
  forget(project: number, build: number): void {
    this.entries.delete(keyOf(project, build));
  }

  clear(): void {
    this.entries.clear();
  }

  private start(key: string, status: string, ask: () => Promise<Build>): Kept {
    const asked = ask().then(
      ({ runner, artifacts }) => {
        kept.details = { runner, artifacts };
      },
      (error: unknown) => {
        if (this.entries.get(key) === kept) this.entries.delete(key);
        throw error;
      },
    );
    const kept: Kept = { status, asked };
    this.entries.delete(key);
    this.entries.set(key, kept);
    const [oldest] = this.entries.keys();
    if (this.entries.size > maxKept && oldest !== undefined) this.entries.delete(oldest);
    return kept;
  }
}

function keyOf(project: number, build: number): string {
  return `${project} ${build}`;
}

/**
 * Merges details into a build. Names from GraphQL are kept; whether there are artifacts is taken from the list, which
 * is newer.
 */
function completed(build: Build, { runner = build.runner, artifacts: told }: Details): Build {
  const artifacts =
    build.artifacts === undefined || told === undefined
      ? build.artifacts
      : { ...build.artifacts, size: told.size, expireAt: told.expireAt };
  // Until now, the artifacts were assumed never to expire.
  const mayKeep = artifacts?.expireAt !== undefined && build.denied?.includes('erase') !== true;
  const denied = mayKeep ? build.denied?.filter((ability) => ability !== 'keep') : build.denied;
  return {
    ...build,
    runner,
    artifacts,
    ...(denied === undefined ? {} : { denied: denied.length === 0 ? undefined : denied }),
  };
}
