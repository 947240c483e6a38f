import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { api, buildNamed, eventually, git, setRemote, setting, signIn, until, workspaceFolder } from './support';

describe('builds of the checked out commit, on GitLab 8.5', () => {
  let gitlab: FakeGitLab;
  let small: SmallProject;
  const run = (command: string, build: { id: number }) =>
    vscode.commands.executeCommand(`gitlabBuilds.${command}`, { build: build.id });
  const asked = (since: number) => gitlab.requests.slice(since).map(({ method, path }) => `${method} ${path}`);

  before(async () => {
    // Nothing is asked for but when a test wants it.
    await setting('refresh.activeSeconds', 600);
    gitlab = await startGitLab();
    small = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    await setRemote(`${gitlab.url}/${small.project.path}.git`);
  });

  after(async () => {
    await vscode.commands.executeCommand('gitlabBuilds.signOut');
    await gitlab.close();
    await setting('refresh.activeSeconds', undefined);
    rmSync(join(workspaceFolder(), '.gitlab-builds'), { recursive: true, force: true });
  });

  it('sends nothing to a host that nobody has signed in to', async () => {
    const { instance, builds } = await until('signed out', ({ state }) => state === 'signedOut');
    assert.equal(instance, undefined);
    assert.deepEqual(builds, []);
    assert.deepEqual(gitlab.requests, []);
  });

  it('lists the builds after signing in', async () => {
    assert.deepEqual(await signIn(gitlab.url, small.token), []);
    const repository = await until('ready', ({ state }) => state === 'ready');
    assert.equal(repository.instance, gitlab.url);
    assert.equal(repository.project, small.project.path);
    assert.equal(repository.apiVersion, 'v3');
    assert.deepEqual(repository.commit, { sha: small.sha, ref: 'main' });
    assert.equal(repository.rootUri, vscode.Uri.file(workspaceFolder()).toString());
    const stages = repository.builds.map(({ stage, name }) => `${stage} ${name.slice(0, 11)}`);
    assert.deepEqual(stages, [
      'build compile',
      'build assets',
      'test spinach:oth',
      'test integration',
      'test lint',
      'test rspec',
      'deploy production',
    ]);
  });

  it('needs one request for a refresh', async () => {
    // How long builds usually take is asked for once, after the builds are shown.
    await eventually(() => assert.ok(gitlab.requests.some(({ path }) => path.includes('scope=success'))));
    const since = gitlab.requests.length;
    await (await api()).refresh();
    const path = `/api/v3/projects/${small.project.id}/repository/commits/${small.sha}/builds?per_page=100&page=1`;
    assert.deepEqual(asked(since), [`GET ${path}`]);
  });

  it('retries a build, reading it right before and after', async () => {
    const since = gitlab.requests.length;
    await run('retry', small.builds.lint);
    const repository = await until('retried', (one) => buildNamed(one, 'lint').id !== small.builds.lint.id);
    const again = buildNamed(repository, 'lint');
    assert.equal(again.status, 'pending');
    assert.deepEqual(
      again.attempts.map(({ id }) => id),
      [small.builds.lint.id],
    );
    const base = `/api/v3/projects/${small.project.id}/builds`;
    assert.deepEqual(asked(since).slice(0, 3), [
      `GET ${base}/${small.builds.lint.id}`,
      `POST ${base}/${small.builds.lint.id}/retry`,
      `GET ${base}/${again.id}`,
    ]);
  });

  it('follows HEAD', async () => {
    // GitLab has it, with its build, before HEAD moves.
    const sha = git('commit-tree', '-p', 'HEAD', '-m', 'Add a feature', 'HEAD^{tree}');
    gitlab.world.addCommit(small.project, { sha, title: 'Add a feature' });
    gitlab.world.addBuild(small.project, { sha, ref: 'main', stage: 'test', name: 'feature', status: 'running' });
    git('reset', '--quiet', '--soft', sha);
    const repository = await until('at the new commit', (one) => one.commit?.sha === sha && one.state === 'ready');
    assert.deepEqual(
      repository.builds.map(({ name }) => name),
      ['feature'],
    );
  });

  it('shows nothing after signing out', async () => {
    await vscode.commands.executeCommand('gitlabBuilds.signOut');
    const repository = await until('signed out', ({ state }) => state === 'signedOut');
    assert.deepEqual(repository.builds, []);
  });
});
