import type { BuildInit, FakeBuild, MergeRequest, Pipeline } from './model';
import { minute, type Seed, type SeedOptions, seedProject, shaOf, zoned } from './seed';
import type { World } from './world';

/** One commit with all that newer versions can hang on it. */
export interface BranchMergeRequestAndChild extends Seed {
  readonly mergeRequest: MergeRequest;
  /** GitLab's own merge of the branch into its target: the commit that the merge request's pipeline runs on. */
  readonly mergeSha: string;
  readonly branch: Pipeline;
  readonly merge: Pipeline;
  readonly child: Pipeline;
  readonly builds: Readonly<Record<BuildOfBranch, FakeBuild>>;
}

export type BuildOfBranch =
  | 'compile'
  | 'firstRspec'
  | 'rspec'
  | 'lint'
  | 'bridge'
  | 'staging'
  | 'production'
  | 'external'
  | 'childCompile'
  | 'childTest'
  | 'mergeCompile'
  | 'mergeTest';

/** Of a branch: a pipeline of its own, one of its merge request, a child; a manual, a delayed and an external build. */
export function branchMergeRequestAndChild(world: World, options: SeedOptions = {}): BranchMergeRequestAndChild {
  const { name, v4 } = world.profile;
  if (v4 === 'absent' || !v4.routes.includes('bridges')) throw new Error(`GitLab ${name} has no child pipelines`);
  const seed = seedProject(world, { path: 'group/app', ref: 'feature', defaultBranch: 'main', ...options });
  const { project, sha, ref, username: user } = seed;
  const start = world.now() - 20 * minute;
  const mainSha = shaOf(`${sha} main`);
  const mergeSha = shaOf(`${sha} merged`);
  world.addCommit(project, { sha: mainSha, title: 'Release 2.0', createdAt: zoned(start - 90 * minute) });
  const parents = [mainSha, sha];
  world.addCommit(project, { sha: mergeSha, title: `Merge ${sha} into ${mainSha}`, createdAt: zoned(start), parents });
  const mergeRequest = world.addMergeRequest(project, { sourceBranch: ref, sha, title: 'Let people sign in' });
  const stages = ['build', 'test', 'deploy'];
  const branch = world.addPipeline(project, { sha, ref, user, stages, name: 'Branch', createdAt: start });
  const child = world.addPipeline(project, {
    ...{ sha, ref, user, source: 'parent_pipeline' },
    createdAt: start + 3 * minute,
  });
  const merge = world.addPipeline(project, {
    ...{ sha: mergeSha, ref: `refs/merge-requests/${mergeRequest.iid}/merge`, source: 'merge_request_event' },
    ...{ mergeRequest, user, stages, createdAt: start + minute },
  });
  const add: Add = (pipeline, init, after, lasts) => {
    const createdAt = start + after * minute;
    const ended = lasts === undefined ? {} : { finishedAt: createdAt + lasts * minute };
    return world.addBuild(project, { sha: pipeline.sha, pipeline, createdAt, user, ...ended, ...init });
  };
  const builds = { ...ofBranch(add, branch, child, world.now()), ...ofOthers(add, child, merge) };
  return { ...seed, mergeRequest, mergeSha, branch, merge, child, builds };
}

type Add = (pipeline: Pipeline, init: Omit<BuildInit, 'sha'>, afterMinutes: number, lastsMinutes?: number) => FakeBuild;

const runner = 'docker-01';
const trace = 'Running with gitlab-runner 18.9.0\n$ make\n';

function ofBranch(add: Add, branch: Pipeline, child: Pipeline, nowMs: number) {
  const artifacts = { filename: 'artifacts.zip', files: { 'bin/app': 'an executable\n', 'doc/notes.txt': 'Notes.\n' } };
  const junit = { fileType: 'junit', filename: 'junit.xml.gz', format: 'gzip', size: 310 } as const;
  const rspec = { stage: 'test', name: 'rspec 1/2', runner, trace };
  const compiled = {
    ...{ artifacts, reports: [junit], trace, runner, runnerTags: ['docker'] },
    artifactsExpireAt: nowMs + 30 * 24 * 60 * minute,
  };
  return {
    compile: add(branch, { stage: 'build', name: 'compile', status: 'success', ...compiled }, 0, 2),
    firstRspec: add(branch, { ...rspec, status: 'failed' }, 2, 4),
    lint: add(branch, { stage: 'test', name: 'lint', status: 'failed', allowFailure: true, runner, trace }, 2, 1),
    bridge: add(branch, { kind: 'bridge', stage: 'test', name: 'packages', status: 'running', downstream: child }, 2),
    rspec: add(branch, { ...rspec, status: 'success', coverage: 91.5 }, 7, 4),
    staging: add(
      branch,
      { stage: 'deploy', name: 'staging', status: 'scheduled', when: 'delayed', scheduledAt: nowMs + 30 * minute },
      0,
    ),
    production: add(
      branch,
      { stage: 'deploy', name: 'production', status: 'manual', when: 'manual', allowFailure: true },
      0,
    ),
    external: add(
      branch,
      {
        ...{ kind: 'external', name: 'jenkins/acceptance', status: 'success', description: 'All 12 scenarios passed' },
        targetUrl: 'https://jenkins.example.com/job/acceptance/7/',
      },
      1,
      6,
    ),
  };
}

function ofOthers(add: Add, child: Pipeline, merge: Pipeline) {
  return {
    childCompile: add(child, { stage: 'build', name: 'package', status: 'success', runner, trace }, 3, 2),
    childTest: add(child, { stage: 'test', name: 'install', status: 'running', runner, trace }, 5),
    mergeCompile: add(merge, { stage: 'build', name: 'compile', status: 'success', runner, trace }, 1, 2),
    mergeTest: add(merge, { stage: 'test', name: 'rspec 1/2', status: 'failed', runner, trace }, 3, 5),
  };
}
