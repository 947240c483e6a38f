import type { FakeBuild, Pipeline } from './model';

/** What GitLab works out from the builds of a pipeline. */
export interface PipelineState {
  readonly status: string;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly updatedAtMs: number;
  readonly coverage: number | null;
  /** In their order. */
  readonly stages: readonly StageState[];
}

export interface StageState {
  readonly name: string;
  readonly status: string;
}

export function stateOf(pipeline: Pipeline, builds: readonly FakeBuild[]): PipelineState {
  const latest = builds.filter(({ retried }) => !retried);
  const status = pipeline.yamlErrors === null ? statusOf(latest) : 'failed';
  const times = latest.flatMap((build) => [build.createdAtMs, build.startedAtMs ?? 0, build.finishedAtMs ?? 0]);
  const started = latest.flatMap(({ startedAtMs }) => startedAtMs ?? []);
  const finished = latest.flatMap(({ finishedAtMs }) => finishedAtMs ?? []);
  const covered = latest.flatMap(({ coverage }) => coverage ?? []);
  return {
    status,
    startedAtMs: least(started),
    finishedAtMs: complete.includes(status) ? greatest(finished) : null,
    updatedAtMs: greatest([pipeline.createdAtMs, ...times]) ?? pipeline.createdAtMs,
    coverage: covered.length === 0 ? null : covered.reduce((sum, each) => sum + each, 0) / covered.length,
    stages: stagesOf(pipeline, builds).map((name) => ({
      name,
      status: statusOf(latest.filter(({ stage }) => stage === name)),
    })),
  };
}

const complete = ['success', 'failed', 'canceled', 'skipped'];

/** Declared ones first, then as their builds came. `.pre` and `.post` have fixed places; external statuses come after all. */
function stagesOf(pipeline: Pipeline, builds: readonly FakeBuild[]): readonly string[] {
  const present = new Set(builds.map(({ stage }) => stage));
  const declared = pipeline.stages.filter((stage) => present.has(stage));
  const place: Readonly<Record<string, number>> = { '.pre': -1, '.post': 1, external: 2 };
  return [...new Set([...declared, ...present])].sort((a, b) => (place[a] ?? 0) - (place[b] ?? 0));
}

/** GitLab's composite status. A failure that is allowed counts as a success; a manual build that may fail does not hold up. */
function statusOf(builds: readonly FakeBuild[]): string {
  const present = new Set(builds.map(effective));
  const only = (...statuses: readonly string[]): boolean => [...present].every((each) => statuses.includes(each));
  const first = (...statuses: readonly string[]): string | undefined => statuses.find((each) => present.has(each));
  if (only('skipped')) return present.size === 0 ? 'pending' : 'skipped';
  if (only('success', 'skipped')) return 'success';
  if (only('created', 'skipped')) return 'created';
  if (only('success', 'skipped', 'canceled')) return 'canceled';
  if (only('created', 'skipped', 'pending')) return 'pending';
  if (first('running', 'pending') !== undefined) return 'running';
  const waiting = first(
    'canceling',
    'waiting_for_resource',
    'waiting_for_callback',
    'preparing',
    'manual',
    'scheduled',
  );
  return waiting ?? (present.has('created') ? 'running' : 'failed');
}

function effective({ status, allowFailure, when }: FakeBuild): string {
  if (!allowFailure) return status;
  if (status === 'failed' || status === 'canceled') return 'success';
  return status === 'manual' && when === 'manual' ? 'skipped' : status;
}

function least(numbers: readonly number[]): number | null {
  return numbers.reduce<number | null>((best, each) => (best === null || each < best ? each : best), null);
}

function greatest(numbers: readonly number[]): number | null {
  return numbers.reduce<number | null>((best, each) => (best === null || each > best ? each : best), null);
}
