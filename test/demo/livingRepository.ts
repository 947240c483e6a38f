import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sceneOf } from '../gitlab/livingJobs';
import type { ProfileName } from '../gitlab/profiles/profile';
import { type LivingProject, livingProject } from '../gitlab/scenarios';
import { type FakeGitLab, startGitLab } from '../gitlab/server';
import { createWorkspace, git } from '../vscode/workspace';
import { filesOf } from './files';

export interface LivingRepository {
  readonly folder: string;
  readonly gitlab: FakeGitLab;
  readonly project: LivingProject;
  /** Ends it, and removes the folder. */
  readonly close: () => Promise<void>;
}

const tickMs = 1000;
const pushMs = 3000;

/**
 * A git repository, and a fake GitLab whose project of it can be made to live. Where branches have merge requests with
 * pipelines of their own, HEAD is on such a branch, else on `main`.
 */
export async function createLivingRepository(
  now: () => number = Date.now,
  profile: ProfileName = '8.5',
): Promise<LivingRepository> {
  const gitlab = await startGitLab({ now, profile });
  const { folder, remove } = await createWorkspace();
  const close = async () => {
    await gitlab.close();
    await remove();
  };
  try {
    const scene = sceneOf(gitlab.world.profile);
    await write(folder, filesOf(scene));
    const pages = await commit(folder, 'Add a pages site', { 'public/index.html': '<h1>Bakery</h1>\n' });
    const faster = await commit(folder, 'Speed up the integration tests', { 'spec/integration.rb': '# quicker\n' });
    await git(folder, 'checkout', '--quiet', '-b', 'dark-theme');
    const dark = await commit(folder, 'Try a dark theme', { 'public/dark.css': 'body { background: #222 }\n' });
    await git(folder, 'checkout', '--quiet', 'main');
    const ref = scene.manyPipelines ? 'test-ci' : 'main';
    if (ref !== 'main') await git(folder, 'checkout', '--quiet', '-b', ref);
    const sha = await commit(folder, 'Test the CI integration.', { 'spec/ci.rb': '# tested\n' });
    const options = {
      path: 'bakery/shop',
      ref,
      defaultBranch: 'main',
      sha,
      olderShas: [faster, pages],
      failuresStay: true,
    };
    const project = livingProject(gitlab.world, options);
    // So that all can be tried: only Masters may cancel by force, or erase what others have started.
    gitlab.world.setRole(project.project, project.username, 'master');
    addBranch(gitlab, project, dark);
    await git(folder, 'remote', 'add', 'origin', `${gitlab.url}/${project.project.path}.git`);
    for (const branch of new Set(['main', 'dark-theme', ref])) await markPushed(folder, branch);
    await git(folder, 'branch', '--quiet', `--set-upstream-to=origin/${ref}`);
    return { folder, gitlab, project, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One step a second. Whatever is committed counts as pushed. Ends with the signal. */
export async function live({ folder, gitlab, project }: LivingRepository, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    project.tick();
    // A branch without a commit has no log.
    const head = await git(folder, 'log', '-1', '--format=%H%n%s').catch(() => '');
    const [sha = '', title = ''] = head.split('\n');
    if (sha !== '' && gitlab.world.buildIdsOfCommit(project.project, sha) === undefined) {
      // Long enough to see that it is not pushed yet.
      await delay(pushMs, undefined, { signal }).catch(() => undefined);
      const branch = await git(folder, 'branch', '--show-current');
      if (branch !== '') await markPushed(folder, branch);
      project.push(sha, title);
    }
    await delay(tickMs, undefined, { signal }).catch(() => undefined); // aborted
  }
}

/** As git does after a push; the GitLab here serves no git. */
async function markPushed(folder: string, branch: string): Promise<void> {
  await git(folder, 'update-ref', `refs/remotes/origin/${branch}`, `refs/heads/${branch}`);
}

const darkLog = [
  'gitlab-ci-multi-runner 1.0.4 (014aa8c) on docker-02',
  'Using Docker executor with image ruby:2.2 ...',
  'Cloning repository...',
  '\u001b[32;1m$ bundle exec rspec\u001b[0;m',
  '........F..',
  '',
  'Failures:',
  '',
  '  1) Oven takes no more than 260 °C',
  '     Failure/Error: expect { oven.heat(to: 261) }.to raise_error',
  '       expected an exception but nothing was raised',
  "     # ./spec/oven_spec.rb:16:in `block (2 levels)'",
  '',
  '\u001b[31;1m11 examples, 1 failure\u001b[0;m',
  '',
  '\u001b[31;1mERROR: Build failed with: exit code 1\u001b[0;m',
  '',
].join('\n');

/** A branch whose builds have ended badly. */
function addBranch({ world }: FakeGitLab, { project, username }: LivingProject, sha: string): void {
  const start = world.now() - 3 * 3_600_000;
  const ref = 'dark-theme';
  world.addCommit(project, { sha, title: 'Try a dark theme', createdAt: new Date(start).toISOString() });
  const ended = { sha, ref, createdAt: start, user: username, runner: 'docker-02' };
  world.addBuild(project, { ...ended, stage: 'build', name: 'compile', status: 'success', finishedAt: start + 31_000 });
  world.addBuild(project, {
    ...ended,
    stage: 'test',
    name: 'rspec 1/2',
    status: 'failed',
    finishedAt: start + 94_000,
    trace: darkLog,
  });
  world.addBuild(project, { ...ended, stage: 'test', name: 'lint', status: 'canceled', finishedAt: start + 95_000 });
}

async function write(folder: string, contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents)) {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Returns its sha. */
async function commit(folder: string, title: string, contents: Readonly<Record<string, string>>): Promise<string> {
  await write(folder, contents);
  await git(folder, 'add', '.');
  await git(folder, 'commit', '--quiet', `--message=${title}`);
  return git(folder, 'rev-parse', 'HEAD');
}
