import type { Pipeline, PipelineInit } from './model';
import { branchMergeRequestAndChild, type BranchMergeRequestAndChild } from './pipelinesOfCommit';
import { minute, type SeedOptions, zoned } from './seed';
import type { World } from './world';

/** One commit with every kind of pipeline that can hang on it. */
export interface EveryPipeline extends BranchMergeRequestAndChild {
  /** A child of the child. */
  readonly nested: Pipeline;
  /** A child of the pipeline on the merge result. */
  readonly mergeChild: Pipeline;
  /** A child of that. */
  readonly mergeNested: Pipeline;
  /** Of the merge request, too, but on its own head. */
  readonly detached: Pipeline;
  readonly tag: Pipeline;
  /** Of another branch, whose configuration is invalid: it has no builds. */
  readonly broken: Pipeline;
  /** In another project, whose builds are not the commit's. */
  readonly elsewhere: Pipeline;
}

export const yamlErrors = 'jobs:deploy config contains unknown keys: scirpt & <script>';

/** Nested children, children of a merge result, attempts in them, a tag, a bridge that leads to another project. */
export function everyPipeline(world: World, options: SeedOptions = {}): EveryPipeline {
  const made = branchMergeRequestAndChild(world, options);
  const { project, sha, ref, mergeSha, merge, child, branch, mergeRequest, username: user } = made;
  const createdAt = world.now() - 9 * minute;
  const addPipeline = (init: PipelineInit): Pipeline => world.addPipeline(project, { user, createdAt, ...init });
  const other = world.addProject({
    ...{ path: 'group/deployments', visibility: 'private', defaultBranch: 'main' },
    members: { dana: 'developer' },
  });
  const otherSha = 'd'.repeat(40);
  world.addCommit(other, { sha: otherSha, title: 'Deploy', createdAt: zoned(createdAt) });
  const mergeRef = merge.ref;
  const pipelines = {
    nested: addPipeline({ sha, ref, source: 'parent_pipeline' }),
    mergeChild: addPipeline({ sha: mergeSha, ref: mergeRef, source: 'parent_pipeline', mergeRequest }),
    mergeNested: addPipeline({ sha: mergeSha, ref: mergeRef, source: 'parent_pipeline', mergeRequest }),
    detached: addPipeline({
      ...{ sha, ref: `refs/merge-requests/${mergeRequest.iid}/head`, source: 'merge_request_event', mergeRequest },
    }),
    tag: addPipeline({ sha, ref: 'v1.0', tag: true, stages: ['package', 'publish'] }),
    broken: addPipeline({ sha, ref: 'experiment', yamlErrors }),
    elsewhere: world.addPipeline(other, { sha: otherSha, ref: 'main', source: 'pipeline', createdAt }),
  };
  const { nested, mergeChild, mergeNested, detached, tag, elsewhere } = pipelines;
  const add = (pipeline: Pipeline, name: string, init: Parameters<World['addBuild']>[1] | object = {}): void => {
    const ended = { createdAt, finishedAt: createdAt + minute, status: 'success', user };
    world.addBuild(project, { ...ended, ...init, name, sha: pipeline.sha, pipeline });
  };
  const bridge = (pipeline: Pipeline, name: string, downstream: Pipeline): void =>
    add(pipeline, name, { kind: 'bridge', downstream });
  bridge(child, 'nest', nested);
  bridge(merge, 'components', mergeChild);
  bridge(mergeChild, 'parts', mergeNested);
  bridge(branch, 'roll out', elsewhere);
  const runner = 'docker-02';
  const reasons = ['job_execution_timeout', 'missing_dependency_failure', 'environment_creation_failure'];
  for (const [index, pipeline] of [nested, mergeChild, mergeNested].entries()) {
    add(pipeline, 'unit', { status: 'failed', runner, failureReason: reasons[index] });
    add(pipeline, 'unit', { runner, coverage: 72.5, trace: '$ make\n' });
  }
  const artifacts = { filename: 'packages.zip', files: { 'app.deb': 'a package\n' } };
  const junit = { fileType: 'junit', filename: 'junit.xml.gz', format: 'gzip', size: 120 } as const;
  const packed = { artifacts, reports: [junit], artifactsExpireAt: world.now() + 60 * minute, runner };
  add(nested, 'pack', { ...packed, runnerTags: ['linux', 'arm64'] });
  add(detached, 'review', { status: 'running', finishedAt: null, runner });
  add(detached, 'fuzz', { status: 'failed', startedAt: createdAt + 7000, exitCode: 137, runner });
  add(detached, 'emulate', { status: 'pending', finishedAt: null, runnerTags: ['arm64'], stuck: true });
  add(tag, 'publish', { stage: 'publish', status: 'manual', when: 'manual', finishedAt: null });
  add(tag, 'package', { ...packed, stage: 'package', artifactsExpireAt: undefined });
  add(tag, 'signed', { kind: 'external', targetUrl: 'https://signatures.example.com/9', description: 'Signed' });
  world.addBuild(other, { sha: otherSha, pipeline: elsewhere, name: 'deploy', status: 'running' });
  return { ...made, ...pipelines };
}
