import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Project } from '../gitlab/model';
import { seedProject, type Seed } from '../gitlab/seed';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import type { World } from '../gitlab/world';
import { eventually, answering, buildNamed, commit, git, gitIn, setRemote, setting, signIn, until } from './support';

const activeSeconds = 2;

describe('a commit on its way through GitLab', () => {
  let gitlab: FakeGitLab;
  let bare: string;
  let first: string;
  let second: string;
  let project: Project;
  const { spoken, tell } = listener();

  before(async () => {
    await setting('refresh.activeSeconds', activeSeconds);
    await setting('notifications', 'all');
    // Nobody is notified of what is in sight.
    await vscode.commands.executeCommand('workbench.view.explorer');
    first = git('rev-parse', 'HEAD');
    gitlab = await startGitLab();
    ({ project } = seedPassed(gitlab.world, first));
    bare = temporary('bare-');
    gitIn(bare, 'init', '--quiet', '--bare');
    await setRemote(`${gitlab.url}/${project.path}.git`);
    // What is fetched is GitLab's, what is pushed goes next door: the remote's branches move as they do with a real one.
    git('config', 'remote.origin.pushurl', bare);
    git('push', '--quiet', '--set-upstream', 'origin', 'main');
    // vscode.git notices the upstream by itself, but at any time: also while the next commit is being loaded.
    await vscode.commands.executeCommand('git.refresh');
    await signIn(gitlab.url, seedToken);
    await until('ready', ({ state, commit: of }) => state === 'ready' && of?.sha === first);
  });

  after(async () => {
    await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: gitlab.url });
    await gitlab.close();
    git('config', '--unset', 'branch.main.remote');
    git('config', '--unset', 'branch.main.merge');
    rmSync(bare, { recursive: true });
    await setting('refresh.activeSeconds', undefined);
    await setting('notifications', undefined);
  });

  it("shows the previous commit's builds while it is not pushed, and asks once whether GitLab has it", async () => {
    second = commit('Go on a journey');
    const repository = await until(
      'on its ancestor',
      (one) => one.commit?.sha === second && one.ancestor !== undefined && one.builds.length > 0,
    );
    assert.deepEqual(repository.ancestor, { sha: first, back: 1 });
    assert.deepEqual(namesOf(repository), ['compile', 'rspec']);
    const ofSecond = `/api/v3/projects/${project.id}/repository/commits/${second}`;
    assert.deepEqual(asked(gitlab, 0, second), [
      `${ofSecond}/builds?per_page=100&page=1`,
      `${ofSecond}/statuses?stage=external&per_page=100&page=1`,
      ofSecond,
    ]);
  });

  it('requests them after a push in a terminal, without polling, which is off while it is not pushed', async () => {
    const before = gitlab.requests.length;
    gitlab.world.addCommit(project, { sha: second, title: 'Go on a journey' });
    git('push', '--quiet', 'origin', 'main');
    await eventually(() => assert.ok(asked(gitlab, before, second).length > 0));
    const repository = await until('watching', (one) => one.commit?.sha === second && one.ancestor !== undefined);
    assert.equal(repository.ancestor?.sha, first, 'until it has its own, those of the one before it stay');
  });

  it('shows its own as soon as there are any, and reports a failure', async () => {
    await answering(tell('Retry Failed'), async () => {
      const [compile, rspec] = ['compile', 'rspec'].map((name) =>
        gitlab.world.addBuild(project, { sha: second, ref: 'main', name, status: 'running' }),
      );
      assert.ok(compile && rspec);
      await until('with builds of its own', (one) => one.ancestor === undefined && one.builds.length > 0);
      gitlab.world.setStatus(compile, 'success');
      gitlab.world.setStatus(rspec, 'failed');
      await eventually(() =>
        assert.deepEqual(spoken, [
          "main · Go on a journey: 1 of 2 builds failed: rspec [Show Log, Retry Failed, Don't show again]",
        ]),
      );
      // The button was pressed: it runs again.
      await until('retried', (one) => buildNamed(one, 'rspec').attempts.length === 1);
    });
  });
});

const seedToken = 'developer-private-token';

/** A project whose commit `first` has passed. */
function seedPassed(world: World, first: string): Seed {
  const seed = seedProject(world, { sha: first, ref: 'main', path: 'group/journey' });
  for (const name of ['compile', 'rspec'])
    world.addBuild(seed.project, { sha: first, ref: 'main', name, status: 'success' });
  return seed;
}

function namesOf(repository: { readonly builds: readonly { readonly name: string }[] } | undefined): readonly string[] {
  return repository?.builds.map(({ name }) => name) ?? [];
}

/** What was asked for since, of one commit or at all. */
function asked({ requests }: FakeGitLab, since: number, sha = ''): readonly string[] {
  return requests
    .slice(since)
    .map(({ path }) => path)
    .filter((path) => path.includes(sha));
}

/** Writes down what pops up, with its buttons, and presses one of them. */
function listener() {
  const spoken: string[] = [];
  const tell = (button: string | undefined) => {
    const show = (message: string, ...items: readonly string[]) => {
      spoken.push(`${message} [${items.join(', ')}]`);
      return Promise.resolve(items.find((item) => item === button));
    };
    return { showWarningMessage: show, showInformationMessage: show } as unknown as Partial<typeof vscode.window>;
  };
  return { spoken, tell };
}

function temporary(prefix: string): string {
  return mkdtempSync(join(tmpdir(), prefix));
}
