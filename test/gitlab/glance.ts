import type { Pipeline } from './model';
import { minute, type Seed, type SeedOptions, seedProject } from './seed';
import type { World } from './world';

export interface RedBelowGreen extends Seed {
  readonly branch: Pipeline;
  readonly tagged: Pipeline;
  /** Name of the build that failed. */
  readonly failed: string;
  /** The line of its log that says why. */
  readonly errorLine: string;
}

const stages = ['prepare', 'build', 'test', 'package', 'deploy'];
const errorLine = 'src/oven.ts:12:3: error: expected 200, got 503';
const report = `<testsuite name="oven" tests="2" failures="1"><testcase classname="oven" name="bakes a whole tray">
<failure message="expected 200, got 503">at src/oven.ts:12</failure></testcase><testcase name="is cold"/></testsuite>`;

/** A commit of two pipelines: the newer one of a tag has passed, and of the branch's 40 builds in five stages one has failed. */
export function redBelowGreen(world: World, options: SeedOptions = {}): RedBelowGreen {
  const seed = seedProject(world, { path: 'group/oven', ...options });
  const { project, sha, ref, username: user } = seed;
  const start = world.now() - 30 * minute;
  const branch = world.addPipeline(project, { sha, ref, stages, user, createdAt: start });
  const tagged = world.addPipeline(project, { sha, ref: 'v1.0', tag: true, stages, user, createdAt: start + minute });
  for (const [index, pipeline] of [branch, tagged].entries())
    for (let at = 0; at < (pipeline === branch ? 40 : 10); at++) {
      const stage = stages[Math.floor(at / (pipeline === branch ? 8 : 2))] ?? 'deploy';
      const createdAt = start + (index + at) * 1000;
      const ended = { createdAt, finishedAt: createdAt + 90_000, user, runner: 'docker-01' };
      world.addBuild(project, { sha, pipeline, stage, name: `${stage} ${at % 8}`, status: 'success', ...ended });
    }
  const [first] = world.inPipeline(branch).filter(({ stage }) => stage === 'test');
  if (first === undefined) throw new Error('The stage has builds.');
  const lines = Array.from({ length: 60 }, (_, at) => `compiling part ${at}\n`).join('');
  const trace = `Running with gitlab-runner 18.9.0\n$ make test\n${lines}${errorLine}\nERROR: Job failed: exit code 1\n`;
  const artifacts = { filename: 'artifacts.zip', files: { 'junit.xml': report, 'app.txt': 'An app.\n' } };
  world.update(world.setStatus(first, 'failed'), { trace, artifacts });
  return { ...seed, branch, tagged, failed: first.name, errorLine };
}

/** One stage of fourteen builds in eight statuses. */
export function eightStatuses(world: World, options: SeedOptions = {}): Seed {
  const seed = seedProject(world, { path: 'group/statuses', ...options });
  const { project, sha, ref } = seed;
  const counts = { failed: 2, running: 2, pending: 1, created: 1, canceled: 2, manual: 1, success: 4, skipped: 1 };
  for (const [status, count] of Object.entries(counts))
    for (let at = 1; at <= count; at++) {
      const failure = status === 'failed' && at === 2 ? { failureReason: 'job_execution_timeout' } : {};
      world.addBuild(project, { sha, ref, stage: 'test', name: `${names[at] ?? 'x'} ${status}`, status, ...failure });
    }
  return seed;
}

const names = ['', 'unit', 'browser', 'database', 'upload'];

/** A commit as the largest real projects have it: 2,000 builds in 40 child pipelines over 15 stages, 148 of them failed. */
export function fortyChildren(world: World, options: SeedOptions = {}): Seed {
  const seed = seedProject(world, { path: 'group/large', ...options });
  const { project, sha, ref, username: user } = seed;
  const parents = Array.from({ length: 15 }, (_, at) => `stage-${at}`);
  const parent = world.addPipeline(project, { sha, ref, stages: parents, user });
  let failed = 0;
  for (let child = 0; child < 40; child++) {
    const pipeline = world.addPipeline(project, { sha, ref, source: 'parent_pipeline', user });
    const fails = child % 3 === 0 && failed < 148;
    for (let at = 0; at < 50; at++) {
      const isFailed = fails && at % 4 === 0 && failed++ < 148;
      const status = isFailed ? 'failed' : child === 39 ? 'running' : 'success';
      const name = at < 24 ? `rspec-ee system pg16 praefect ${at + 1}/24` : `unit tests of the component ${at}`;
      world.addBuild(project, { sha, pipeline, stage: `stage-${at % 15}`, name, status });
    }
    const status = fails ? 'failed' : child === 39 ? 'running' : 'success';
    const bridge = { sha, pipeline: parent, kind: 'bridge', downstream: pipeline, status } as const;
    world.addBuild(project, {
      ...bridge,
      stage: `stage-${child % 15}`,
      name: `trigger the child pipeline of part ${child}`,
    });
  }
  return seed;
}
