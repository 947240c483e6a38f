import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import { buildNamed, git, setRemote, signIn, until } from './support';

for (const [profile, apiVersion] of [
  ['10.8', 'v4'],
  ['18.9', 'v4'],
] as const) {
  describe(`builds of the checked out commit, on GitLab ${profile}`, () => {
    let gitlab: FakeGitLab;
    let small: SmallProject;
    const run = (command: string, build: { id: number }) =>
      vscode.commands.executeCommand(`gitlabBuilds.${command}`, { build: build.id });

    before(async () => {
      gitlab = await startGitLab({ profile });
      small = smallProject(gitlab.world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
      await setRemote(`${gitlab.url}/${small.project.path}.git`);
      await until('signed out', ({ state }) => state === 'signedOut');
    });

    after(async () => {
      await vscode.commands.executeCommand('gitlabBuilds.signOut', { instance: gitlab.url });
      await gitlab.close();
    });

    it('lists the builds with their attempts after signing in', async () => {
      assert.deepEqual(await signIn(gitlab.url, small.token), []);
      const repository = await until('ready', ({ state, commit }) => state === 'ready' && commit?.sha === small.sha);
      assert.equal(repository.apiVersion, apiVersion);
      assert.deepEqual([...new Set(repository.builds.map(({ stage }) => stage))], ['build', 'test', 'deploy']);
      assert.deepEqual(
        buildNamed(repository, 'rspec').attempts.map(({ id }) => id),
        [small.builds.firstRspec.id],
      );
    });

    it('retries a build', async () => {
      await run('retry', small.builds.lint);
      const repository = await until('retried', (one) => buildNamed(one, 'lint').id !== small.builds.lint.id);
      assert.equal(buildNamed(repository, 'lint').attempts.length, 1);
    });

    it('cancels a build', async () => {
      await run('cancel', small.builds.deploy);
      await until('canceled', (one) => buildNamed(one, 'production').status === 'canceled');
    });
  });
}
