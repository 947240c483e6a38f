import type { Build } from '../model/build';

/** How many builds are kept; the oldest goes first. */
const mostKept = 500;

/** What older GraphQL does not tell of builds, as `Type.field`. */
export const runnerField = 'CiJob.runner';
export const archiveFields: readonly string[] = ['CiJobArtifact.size', 'CiJobArtifact.expireAt'];

interface Details {
  readonly runner: Build['runner'];
  readonly artifacts: Build['artifacts'];
}

interface Kept {
  readonly status: string;
  readonly asked: Promise<void>;
  details?: Details;
}

/** Whether there is something to know of the build that such a GraphQL cannot tell. */
export function isIncomplete({ kind, startedAt, runner, artifacts }: Build, lacks: ReadonlySet<string>): boolean {
  if (kind !== undefined) return false;
  const isRunnerUntold = lacks.has(runnerField) && startedAt !== undefined && runner === undefined;
  return isRunnerUntold || (artifacts !== undefined && archiveFields.some((field) => lacks.has(field)));
}

/** Runner and archive of single builds, where lists do not tell them: each asked for once as long as its status stays. */
export class BuildDetails {
  private readonly kept = new Map<string, Kept>();

  /** The build with what is known of it. */
  with(project: number, build: Build): Build {
    const kept = this.kept.get(keyOf(project, build.id));
    return kept?.details === undefined || kept.status !== build.status ? build : completed(build, kept.details);
  }

  /** The same of a whole list, which stays the same where nothing is known of its builds. */
  withAll(project: number, builds: readonly Build[]): readonly Build[] {
    return this.kept.size === 0 ? builds : builds.map((build) => this.with(project, build));
  }

  /** The build with what `ask` tells of it, if that is not known. A rejection is not kept. */
  async load(project: number, build: Build, ask: () => Promise<Build>): Promise<Build> {
    const key = keyOf(project, build.id);
    const known = this.kept.get(key);
    const kept = known?.status === build.status ? known : this.start(key, build.status, ask);
    await kept.asked;
    return this.with(project, build);
  }

  /** To be called when the build is changed. */
  forget(project: number, build: number): void {
    this.kept.delete(keyOf(project, build));
  }

  clear(): void {
    this.kept.clear();
  }

  private start(key: string, status: string, ask: () => Promise<Build>): Kept {
    const asked = ask().then(
      ({ runner, artifacts }) => {
        kept.details = { runner, artifacts };
      },
      (error: unknown) => {
        if (this.kept.get(key) === kept) this.kept.delete(key);
        throw error;
      },
    );
    const kept: Kept = { status, asked };
    this.kept.delete(key);
    this.kept.set(key, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
    return kept;
  }
}

function keyOf(project: number, build: number): string {
  return `${project} ${build}`;
}

/** GraphQL's names stay; whether there are artifacts the list knows better, since it is newer. */
function completed(build: Build, { runner = build.runner, artifacts: told }: Details): Build {
  const artifacts =
    build.artifacts === undefined || told === undefined
      ? build.artifacts
      : { ...build.artifacts, size: told.size, expireAt: told.expireAt };
  // Artifacts were taken for such as never expire.
  const mayKeep = artifacts?.expireAt !== undefined && build.denied?.includes('erase') !== true;
  const denied = mayKeep ? build.denied?.filter((ability) => ability !== 'keep') : build.denied;
  return {
    ...build,
    runner,
    artifacts,
    ...(denied === undefined ? {} : { denied: denied.length === 0 ? undefined : denied }),
  };
}
