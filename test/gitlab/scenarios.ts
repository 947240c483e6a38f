import type { BuildInit, FakeBuild } from './model';
import { minute, type Seed, type SeedOptions, seedProject, shaOf, zoned } from './seed';
import type { World } from './world';

export { livingProject, type LivingProject } from './living';
export { everyPipeline, type EveryPipeline } from './everyPipeline';
export { branchMergeRequestAndChild, type BranchMergeRequestAndChild } from './pipelinesOfCommit';

export interface SmallProject extends Seed {
  readonly builds: Readonly<Record<SmallBuild, FakeBuild>>;
  /** A commit of yesterday: a branch and a tag were built on it. */
  readonly olderSha: string;
  /** Has a build, but git lost it: `commit` is null. */
  readonly lostSha: string;
  /** Git has it, CI does not: GitLab 8.5 answers 404. */
  readonly shaWithoutCi: string;
}

export type SmallBuild = 'compile' | 'assets' | 'firstRspec' | 'odd' | 'long' | 'lint' | 'rspec' | 'deploy';

export const oddName = 'spinach:other <b>&amp; "quoted" 50% ünïcödé 🦊 [link](command:x) $(flame)';
export const longName = `integration ${'with every adapter and '.repeat(9)}postgres`;

/** Names that would be links, icons or markup; each short enough for a notification, which cuts names at 40 characters. */
export const hostileNames = [
  '[click](command:a.b)',
  '[x](https://evil.example.com/)',
  "[y](file:///etc/passwd 'z')",
  '![x](https://evil.example.com/p.png)',
  '$(flame) fire',
  '\\$(flame) $$(heart)',
  '$(heart~spin)$(bug)',
  '<a href="command:x">y</a>',
  'a | b \\| c `d` *e* _f_ ~~g~~',
  '[a]\u2060(command:b) $\u200b(flame)',
  '[n]\n(command:b)',
  '[\u202ex](command:c)\ufeff$(\u200bbug)',
  '&lt;b&gt; &#36;(flame) [&#93;(command:x)',
  '[c\u061c](command:d)\u009b31m$(\u200eflame)\u2066',
  '[t]\u{e0041}(command:e)$\ufff9(flame)\u3164\u00ad\ufe0f\u{e0101}\u{e0102}',
] as const;

/** Stages build, test and deploy; every status of GitLab 8.5, on any version; `rspec` was retried; artifacts on `compile` and `odd`. */
export function smallProject(world: World, options: SeedOptions = {}): SmallProject {
  const seed = seedProject(world, options);
  const { project, sha, ref } = seed;
  const olderSha = shaOf(`${sha} older`);
  const lostSha = shaOf(`${sha} lost`);
  const shaWithoutCi = shaOf(`${sha} without CI`);
  const start = world.now() - 20 * minute;
  world.addCommit(project, { sha: shaWithoutCi, title: 'Update the README', createdAt: zoned(start - 1500 * minute) });
  world.addCommit(project, { sha: olderSha, title: 'Release 1.0', createdAt: zoned(start - 1440 * minute) });
  const older = { sha: olderSha, stage: 'test', status: 'success', createdAt: start - 1440 * minute } as const;
  world.addBuild(project, { ...older, name: 'lost', sha: lostSha, status: 'failed', createdAt: start - 2880 * minute });
  world.addBuild(project, { ...older, name: 'rspec', user: seed.username });
  world.addBuild(project, { ...older, name: 'rspec', ref: 'v1.0', tag: true });
  const build = (init: Omit<BuildInit, 'sha' | 'ref'>, afterMinutes: number, lastsMinutes?: number): FakeBuild => {
    const createdAt = start + afterMinutes * minute;
    const ended = lastsMinutes === undefined ? {} : { finishedAt: createdAt + lastsMinutes * minute };
    return world.addBuild(project, { sha, ref, createdAt, user: seed.username, ...ended, ...init });
  };
  return { ...seed, builds: smallBuilds(build), olderSha, lostSha, shaWithoutCi };
}

type AddBuild = (init: Omit<BuildInit, 'sha' | 'ref'>, afterMinutes: number, lastsMinutes?: number) => FakeBuild;

function smallBuilds(build: AddBuild): SmallProject['builds'] {
  const runner = 'docker-01';
  const compiled = { filename: 'artifacts.zip', files: { 'bin/app': 'an executable\n', 'doc/notes.txt': 'Notes.\n' } };
  const reports = { filename: 'test reports.zip', files: { 'report.xml': '<testsuite/>\n' } };
  return {
    compile: build(
      { stage: 'build', name: 'compile', status: 'success', runner, artifacts: compiled, trace: log },
      0,
      2,
    ),
    assets: build({ stage: 'build', name: 'assets', status: 'success', trace: log }, 0, 1),
    firstRspec: build({ name: 'rspec', status: 'failed', runner, trace: `${log}1 example, 1 failure\n` }, 3, 4),
    odd: build({ name: oddName, status: 'failed', runner, artifacts: reports, trace: log }, 3, 1),
    long: build({ name: longName, status: 'running', runner, user: undefined, trace: log }, 3),
    lint: build({ name: 'lint', status: 'canceled' }, 3, 1),
    rspec: build({ name: 'rspec', status: 'success', runner, coverage: 98.29, user: undefined, trace: log }, 8, 4),
    deploy: build({ stage: 'deploy', name: 'production', status: 'pending', user: undefined }, 13),
  };
}

const log = 'gitlab-ci-multi-runner 1.0.4 (014aa8c)\nUsing Docker executor with image ruby:2.2 ...\n$ make\n';

/** One commit with `count` builds of about 2 kB each, in ten stages. */
export function manyBuilds(world: World, count: number, options: SeedOptions = {}): Seed {
  const inItsOwn = { path: 'group/many.builds', ...options };
  const seed = seedProject(world, inItsOwn, 'Explain at some length what this commit does. '.repeat(28));
  const { project, sha, ref, username } = seed;
  const start = world.now() - count * 100;
  const perStage = Math.ceil(count / 10);
  for (let index = 0; index < count; index++) {
    const createdAt = start + index * 100;
    const status = statusOf(index);
    world.addBuild(project, {
      sha,
      ref,
      stage: `stage-${Math.floor(index / perStage)}`,
      name: `build ${index}`,
      status,
      createdAt,
      finishedAt: status === 'running' ? null : createdAt + 42_000,
      user: username,
      runner: 'docker-01',
      coverage: index % 3 === 0 ? (index % 1000) / 10 : null,
    });
  }
  return seed;
}

/** Mostly green, as builds are. */
function statusOf(index: number): string {
  if (index % 97 === 0) return 'running';
  if (index % 53 === 0) return 'failed';
  return index % 31 === 0 ? 'canceled' : 'success';
}
