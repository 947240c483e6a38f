import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import {
  api,
  buildNamed,
  commit,
  eventually,
  git,
  messagesDuring,
  setRemote,
  signIn,
  until,
  workspaceFolder,
} from './support';

describe('builds of the checked out commit, on GitLab 8.5', () => {
  let gitlab: FakeGitLab;
  let small: SmallProject;
  const run = (command: string, build: { id: number }) =>
    vscode.commands.executeCommand(`gitlabBuilds.${command}`, { build: build.id });
  const asked = (since: number) => gitlab.requests.slice(since).map(({ method, path }) => `${method} ${path}`);

  before(async () => {
    gitlab = await startGitLab();
    small = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
    await setRemote(`${gitlab.url}/${small.project.path}.git`);
  });

  after(async () => {
    await vscode.commands.executeCommand('gitlabBuilds.signOut');
    await gitlab.close();
    rmSync(join(workspaceFolder(), '.gitlab-builds'), { recursive: true, force: true });
  });

  it('sends nothing to a host that nobody has signed in to', async () => {
    const { instance, builds } = await until('signed out', ({ state }) => state === 'signedOut');
    assert.equal(instance, undefined);
    assert.deepEqual(builds, []);
    assert.deepEqual(gitlab.requests, []);
  });

  it('keeps no token that the server does not accept', async () => {
    const complaints = await signIn(gitlab.url, 'wrong-token');
    assert.equal(complaints.length, 1);
    assert.match(
      complaints[0] ?? '',
      /^127\.0\.0\.1:\d+ rejected this token\. Check that it is complete and hasn't expired\.$/,
    );
    assert.equal((await api()).repositories[0]?.state, 'signedOut');
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

  it('gives builds as its API says', async () => {
    const repository = await until('ready', ({ state }) => state === 'ready');
    const { createdAt, startedAt, finishedAt, commit: ofCommit, ...rspec } = buildNamed(repository, 'rspec');
    assert.deepEqual(
      [createdAt, startedAt, finishedAt].map((time) => new Date(time ?? '').toISOString() === time),
      [true, true, true],
    );
    assert.equal(ofCommit?.sha, small.sha);
    assert.deepEqual(rspec, {
      id: small.builds.rspec.id,
      name: 'rspec',
      stage: 'test',
      status: 'success',
      ref: 'main',
      tag: false,
      allowFailure: false,
      coverage: 98.29,
      runner: 'docker-01',
      webUrl: `${gitlab.url}/${small.project.path}/builds/${small.builds.rspec.id}`,
      denied: ['retryWithInputs'],
      attempts: rspec.attempts,
    });
    assert.deepEqual(
      rspec.attempts.map(({ id, status }) => [id, status]),
      [[small.builds.firstRspec.id, 'failed']],
    );
    assert.equal(buildNamed(repository, 'compile').artifacts?.filename, 'artifacts.zip');
  });

  it('needs one request for a refresh', async () => {
    // How long builds usually take is asked for once, after the builds are shown.
    await eventually(() => assert.ok(gitlab.requests.some(({ path }) => path.includes('scope=success'))));
    const since = gitlab.requests.length;
    await (await api()).refresh();
    const path = `/api/v3/projects/${small.project.id}/repository/commits/${small.sha}/builds?per_page=100&page=1`;
    assert.deepEqual(asked(since), [`GET ${path}`]);
  });

  it('retries a build, looking at it right before and after', async () => {
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

  it('cancels a build', async () => {
    await run('cancel', small.builds.deploy);
    const repository = await until('canceled', (one) => buildNamed(one, 'production').status === 'canceled');
    assert.equal(repository.state, 'ready');
    assert.equal(gitlab.world.build(small.builds.deploy.id).status, 'canceled');
  });

  it('erases a build when the modal is answered so, and not otherwise', async () => {
    const [question] = await messagesDuring(() => run('erase', small.builds.compile));
    assert.match(question ?? '', /^Erase build compile #\d+\?\n.*its log and artifacts \(\d+ B\)/);
    assert.ok(gitlab.world.build(small.builds.compile.id).artifacts);
    await messagesDuring(() => run('erase', small.builds.compile), 'Erase');
    await until('erased', (one) => buildNamed(one, 'compile').artifacts === undefined);
    assert.equal(gitlab.world.build(small.builds.compile.id).artifacts ?? undefined, undefined);
  });

  it('tells a refusal in one message with the reason of GitLab', async () => {
    const messages = await messagesDuring(() => run('erase', small.builds.compile), 'Erase');
    assert.equal(messages.length, 2); // The question, then the refusal.
    assert.match(messages[1] ?? '', /403 Forbidden - Build is not erasable!/);
  });

  it('downloads artifacts into the workspace, where git does not see them', async () => {
    const [message] = await messagesDuring(() => run('downloadArtifacts', small.builds.odd));
    const name = /^Saved (.*)\.$/.exec(message ?? '')?.[1] ?? '';
    assert.match(name, /^\.gitlab-builds\/.*-7\/test reports\.zip$/);
    // A mark that nobody sees keeps a name from becoming a link.
    const file = join(workspaceFolder(), name.replaceAll('\u2060', ''));
    assert.deepEqual([...readFileSync(file).subarray(0, 4)], [0x50, 0x4b, 3, 4]);
    assert.equal(git('status', '--porcelain'), '');
    assert.deepEqual(await messagesDuring(() => run('downloadArtifacts', small.builds.odd)), [
      `Replace ${name}?\nThe file exists. Any changes to it will be lost.`,
    ]);
    assert.ok(existsSync(file));
  });

  it('follows HEAD', async () => {
    const sha = commit('Add a feature');
    gitlab.world.addCommit(small.project, { sha, title: 'Add a feature' });
    gitlab.world.addBuild(small.project, { sha, ref: 'main', stage: 'test', name: 'feature', status: 'running' });
    const repository = await until('at the new commit', (one) => one.commit?.sha === sha && one.state === 'ready');
    assert.deepEqual(
      repository.builds.map(({ name }) => name),
      ['feature'],
    );
  });

  it('says of a commit without CI that it has no builds', async () => {
    // None comes before it whose builds could be shown in their place.
    const sha = git('commit-tree', '-m', 'Change nothing', 'HEAD^{tree}');
    gitlab.world.addCommit(small.project, { sha, title: 'Change nothing' });
    git('reset', '--quiet', '--hard', sha);
    const repository = await until('at the new commit', (one) => one.commit?.sha === sha && one.state !== 'loading');
    assert.equal(repository.state, 'ready');
    assert.deepEqual(repository.builds, []);
    git('reset', '--quiet', '--hard', small.sha);
    await until('back', (one) => one.commit?.sha === small.sha && one.builds.length === 7);
  });

  it('keeps the last builds when the server does not answer, and says so', async () => {
    gitlab.faults = [{ answer: { status: 500, body: '{"message":"500 Internal Server Error"}' } }];
    await (await api()).refresh();
    const stale = await until('stale', (one) => one.stale !== undefined);
    assert.equal(stale.state, 'ready');
    assert.equal(stale.builds.length, 7);
    assert.match(stale.stale ?? '', /reported a server error \(500\)/);
    gitlab.faults = [];
    await (await api()).refresh();
    await until('fresh', (one) => one.stale === undefined);
  });

  it('fails with a sentence when the token is no longer accepted', async () => {
    gitlab.world.setUserState(small.username, 'blocked');
    const sha = commit('Be shut out');
    const repository = await until('failed', (one) => one.commit?.sha === sha && one.state === 'failed');
    assert.match(repository.error ?? '', /rejected your token \(401 Unauthorized\)\. Sign in again\./);
    gitlab.world.setUserState(small.username, 'active');
  });

  it('fails with a sentence when the server is gone', async () => {
    await gitlab.close();
    const sha = commit('Talk to nobody');
    const repository = await until('failed', (one) => one.commit?.sha === sha && one.state === 'failed');
    assert.match(repository.error ?? '', /Can't reach .* \(ECONNREFUSED\)/);
  });

  it('shows nothing any more after signing out', async () => {
    await vscode.commands.executeCommand('gitlabBuilds.signOut');
    const repository = await until('signed out', ({ state }) => state === 'signedOut');
    assert.deepEqual(repository.builds, []);
  });
});
