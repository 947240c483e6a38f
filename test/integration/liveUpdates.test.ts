import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Project } from '../gitlab/model';
import { seedProject, type Seed } from '../gitlab/seed';
import { startGitLab, type FakeGitLab, type FakeOptions } from '../gitlab/server';
import type { World } from '../gitlab/world';
import {
  eventually,
  answering,
  api,
  buildNamed,
  commit,
  git,
  gitIn,
  setRemote,
  signIn,
  until,
  workspaceFolder,
} from './support';

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
    first = git('rev-parse', 'HEAD');
    gitlab = await startGitLab();
    ({ project } = seedPassed(gitlab.world, first));
    bare = temporary('bare-');
    gitIn(bare, 'init', '--quiet', '--bare');
    await setRemote(`${gitlab.url}/${project.path}.git`);
    // What is fetched is GitLab's, what is pushed goes next door: the remote's branches move as they do with a real one.
    git('config', 'remote.origin.pushurl', bare);
    git('push', '--quiet', '--set-upstream', 'origin', 'main');
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

  it('shows the builds of the commit before while it is not pushed, and asks once whether GitLab has it', async () => {
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

  it('asks for them after a push in a terminal, without a poll: there is none while it is not pushed', async () => {
    const before = gitlab.requests.length;
    gitlab.world.addCommit(project, { sha: second, title: 'Go on a journey' });
    git('push', '--quiet', 'origin', 'main');
    await eventually(() => assert.ok(asked(gitlab, before, second).length > 0));
    const repository = await until('watching', (one) => one.commit?.sha === second && one.ancestor !== undefined);
    assert.equal(repository.ancestor?.sha, first, 'until it has its own, those of the one before it stay');
  });

  it('shows its own as soon as there are some, and tells how one fails', async () => {
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

describe('two repositories on two servers of different versions', () => {
  const folder = realpathSync(temporary('second-'));
  const [here, there] = [() => vscode.Uri.file(workspaceFolder()).toString(), () => vscode.Uri.file(folder).toString()];
  let old: Server;
  let young: Server;

  before(async () => {
    old = await startWithProject({ profile: '8.5' }, git('rev-parse', 'HEAD'), 'token-of-the-old');
    for (const args of [
      ['init', '--quiet', '--initial-branch=trunk'],
      ['-c', 'user.name=Test', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--allow-empty', '--message=One'],
    ])
      gitIn(folder, ...args);
    young = await startWithProject(
      { profile: '18.9' },
      gitIn(folder, 'rev-parse', 'HEAD'),
      'token-of-the-young',
      'trunk',
    );
    gitIn(folder, 'remote', 'add', 'origin', `${young.gitlab.url}/${young.seed.project.path}.git`);
    await setRemote(`${old.gitlab.url}/${old.seed.project.path}.git`);
    await (await gitApi()).openRepository(vscode.Uri.file(folder));
    await signIn(old.gitlab.url, 'token-of-the-old');
    await signIn(young.gitlab.url, 'token-of-the-young');
  });

  after(async () => {
    for (const { gitlab } of [old, young]) {
      await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: gitlab.url });
      await gitlab.close();
    }
    rmSync(folder, { recursive: true });
  });

  it('have each its own builds, by the API of its server', async () => {
    for (const [root, apiVersion, ref] of [
      [here(), 'v3', 'main'],
      [there(), 'v4', 'trunk'],
    ] as const) {
      const repository = await until('ready', (one) => one.rootUri === root && one.state === 'ready');
      assert.equal(repository.apiVersion, apiVersion);
      assert.equal(repository.commit?.ref, ref);
      assert.deepEqual(namesOf(repository), ['compile', 'rspec']);
    }
  });

  it('and each server gets its own token, and no other', () => {
    for (const [{ gitlab }, mine] of [
      [old, 'token-of-the-old'],
      [young, 'token-of-the-young'],
    ] as const)
      assert.deepEqual([...new Set(gitlab.requests.map(tokenOf))].filter(Boolean), [mine]);
  });

  it('one is closed while its request is under way', async () => {
    young.gitlab.faults = [{ latencyMs: 1500 }];
    const sent = young.gitlab.requests.length;
    const refreshed = (await api()).refresh();
    await eventually(() => assert.ok(young.gitlab.requests.length > sent));
    await vscode.commands.executeCommand('git.close', vscode.Uri.file(folder));
    await eventually(async () => assert.equal((await api()).repositories.length, 1));
    await refreshed;
    const before = young.gitlab.requests.length;
    await (await api()).refresh();
    assert.equal((await api()).repositories.length, 1);
    assert.deepEqual(asked(young.gitlab, before), []);
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

interface Server {
  readonly gitlab: FakeGitLab;
  readonly seed: Seed;
}

async function startWithProject(options: FakeOptions, sha: string, token: string, ref = 'main'): Promise<Server> {
  const gitlab = await startGitLab(options);
  gitlab.world.addUser({ username: 'dweller', token });
  const seed = seedProject(gitlab.world, { sha, ref, path: 'group/home' });
  gitlab.world.setRole(seed.project, 'dweller', 'developer');
  for (const [name, status] of [
    ['compile', 'success'],
    ['rspec', 'failed'],
  ] as const)
    gitlab.world.addBuild(seed.project, { sha, ref, name, status });
  return { gitlab, seed };
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

function tokenOf({ headers }: FakeGitLab['requests'][number]): string | undefined {
  const { authorization, 'private-token': token } = headers;
  return authorization?.replace(/^Bearer /, '') ?? [token].flat()[0];
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

async function setting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('gitlabBuilds').update(name, value, vscode.ConfigurationTarget.Global);
}

function temporary(prefix: string): string {
  return mkdtempSync(join(tmpdir(), prefix));
}

async function gitApi(): Promise<{ openRepository(root: vscode.Uri): Promise<unknown> }> {
  const extension = vscode.extensions.getExtension<{
    getAPI(version: 1): { openRepository(root: vscode.Uri): Promise<unknown> };
  }>('vscode.git');
  assert.ok(extension);
  return (await extension.activate()).getAPI(1);
}
