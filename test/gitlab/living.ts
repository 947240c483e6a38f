import { LivingPipelines, type Start } from './livingPipelines';
import { jobsOf, sceneOf, success } from './livingJobs';
import type { MergeRequest, Pipeline } from './model';
import { type Seed, type SeedOptions, seedProject, shaOf } from './seed';
import type { World } from './world';

/** A project that looks alive for as long as somebody calls `tick`, once a second or so. */
export interface LivingProject extends Seed {
  /** One step: builds start, write their logs, end; the next stage is created; what failed is retried after a while. */
  readonly tick: () => void;
  /** Somebody pushes a commit: its pipeline begins. */
  readonly push: (sha: string, title: string) => void;
}

export interface LivingOptions extends SeedOptions {
  /** Commits before this one, newest first: they have finished builds, on the default branch. */
  readonly olderShas?: readonly string[] | undefined;
  /** What has failed waits for somebody to retry it. Default: it is retried after a while. */
  readonly failuresStay?: boolean | undefined;
}

const ticksToRerun = 45;

/**
 * On a branch that is not the default one it has a merge request, too, on versions that give those pipelines. What runs
 * on its runners can be asked to end, on versions that ask.
 */
export function livingProject(world: World, options: LivingOptions = {}): LivingProject {
  for (const description of runners) world.addRunner({ description, graceful: world.profile.rules.gracefulCancel });
  const seed = seedProject(world, options);
  const olderShas = options.olderShas ?? [shaOf(`${seed.sha} 1`), shaOf(`${seed.sha} 2`)];
  for (const [index, sha] of [...olderShas.entries()].reverse()) addHistory(world, seed, sha, index + 1);

  const { project, username } = seed;
  const ci = new LivingPipelines(world, project, runners, options.failuresStay === true);
  const mergeRequest = addMergeRequest(world, seed);
  const begin = (sha: string): Pipeline => {
    // First, so that the branch's own is the newest: that is the one to look at.
    if (mergeRequest) ci.begin(ofMergeRequest(world, seed, mergeRequest, sha));
    return ci.begin(ofBranch(seed, sha, username));
  };
  let newest = begin(seed.sha);
  return {
    ...seed,
    push: (sha, title) => {
      world.addCommit(project, { sha, title });
      if (mergeRequest) world.pushToMergeRequest(project, mergeRequest.iid, sha);
      ci.abandon();
      newest = begin(sha);
    },
    tick: () => {
      ci.tick();
      // A trigger runs the same commit again; such builds belong to nobody.
      if (ci.restedTicks(newest) > ticksToRerun * patience(world, newest)) {
        newest = ci.begin(ofBranch(seed, newest.sha, undefined));
      }
    },
  };
}

const runners = ['docker-01', 'docker-02', 'shell-01'];

/** Where each run is a row of its own, they become rarer. */
function patience(world: World, { projectId, sha, ref, source }: Pipeline): number {
  if (!sceneOf(world.profile).manyPipelines) return 1;
  const runs = world.pipelines(world.project(projectId)).filter((each) => each.sha === sha && each.ref === ref);
  return runs.filter((each) => each.source === 'push' || each.source === source).length;
}

function ofBranch({ ref }: Seed, sha: string, by: string | undefined): Start {
  return { plan: 'branch', sha, ref, by, source: by === undefined ? 'trigger' : 'push' };
}

function addMergeRequest(world: World, { project, sha, ref }: Seed): MergeRequest | undefined {
  if (!sceneOf(world.profile).manyPipelines || ref === project.defaultBranch) return undefined;
  return world.addMergeRequest(project, { sourceBranch: ref, sha, title: 'Test the CI integration' });
}

/** On GitLab's own merge of the branch into its target. */
function ofMergeRequest(world: World, { project, username }: Seed, mergeRequest: MergeRequest, sha: string): Start {
  const { iid, targetBranch } = mergeRequest;
  const target = world.pipelines(project).findLast(({ ref }) => ref === targetBranch)?.sha;
  const merged = shaOf(`${sha} merged`);
  const parents = target === undefined ? [sha] : [target, sha];
  world.addCommit(project, { sha: merged, title: `Merge ${sha} into ${targetBranch}`, parents });
  const ref = `refs/merge-requests/${iid}/merge`;
  return { plan: 'mergeRequest', sha: merged, ref, by: username, source: 'merge_request_event', mergeRequest };
}

function addHistory(world: World, { project, username }: Seed, sha: string, daysAgo: number): void {
  const at = world.now() - daysAgo * 86_400_000;
  const title = daysAgo === 1 ? 'Speed up the integration tests' : 'Add a pages site';
  world.addCommit(project, { sha, title, createdAt: new Date(at).toISOString() });
  const ref = project.defaultBranch;
  const jobs = jobsOf('branch', world.profile).filter(({ when, kind }) => when === undefined && kind === undefined);
  for (const [index, { stage, name, ticks, coverage }] of jobs.entries()) {
    const createdAt = at + index * 20_000;
    const ended = { status: 'success', finishedAt: createdAt + ticks * 4000, trace: success(coverage ?? null) };
    const by = { user: username, runner: 'docker-01' };
    world.addBuild(project, { sha, ref, stage, name, createdAt, coverage, ...ended, ...by });
  }
}
