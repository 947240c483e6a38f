import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { smallProject, type SmallProject } from '../gitlab/scenarios';
import { startGitLab, type FakeGitLab } from '../gitlab/server';
import {
  answering,
  api,
  eventually,
  git,
  messagesDuring,
  setRemote,
  setting,
  signIn,
  until,
  workspaceFolder,
} from './support';

const createQuickPick = vscode.window.createQuickPick.bind(vscode.window);

type ProfileName = '8.5' | '10.8' | '13.9' | '18.9';

/** What a version of GitLab has. */
interface Abilities {
  readonly profile: ProfileName;
  readonly pipelines: boolean;
  readonly variables: boolean;
  readonly fileVariables: boolean;
  readonly inputs: boolean;
  readonly mergeRequests: boolean;
  readonly lint: boolean;
  readonly mergedConfiguration: boolean;
}

const nothing = {
  pipelines: false,
  variables: false,
  fileVariables: false,
  inputs: false,
  mergeRequests: false,
  lint: false,
  mergedConfiguration: false,
};
const since10 = { ...nothing, pipelines: true, variables: true, lint: true };
const since13 = { ...since10, fileVariables: true, mergeRequests: true, mergedConfiguration: true };
const versions: readonly Abilities[] = [
  { profile: '8.5', ...nothing },
  { profile: '10.8', ...since10 },
  { profile: '13.9', ...since13 },
  { profile: '18.9', ...since13, inputs: true },
];

const component = 'git.example.com/group/lint@1.0';
const ciFile = `include:
  - component: ${component}
compile:
  stage: build
  script: make
rspec:
  script: rspec
`;
const cannotRun = "This version of GitLab can't run a pipeline that way.";

for (const has of versions)
  describe(`pipelines and .gitlab-ci.yml, on GitLab ${has.profile}`, () => {
    let gitlab: FakeGitLab;
    let small: SmallProject;
    const ciUri = () => vscode.Uri.file(join(workspaceFolder(), '.gitlab-ci.yml'));
    const run = (command: string, ...args: readonly unknown[]) =>
      vscode.commands.executeCommand(`gitlabBuilds.${command}`, ...args);
    const told = (command: string, ...args: readonly unknown[]) => messagesDuring(() => run(command, ...args));
    const posted = (since: number, path: RegExp): readonly unknown[] =>
      gitlab.requests
        .slice(since)
        .filter((request) => request.method === 'POST' && path.test(request.path) && request.status < 400)
        .map(({ body }) => JSON.parse(body) as unknown);
    const created = /\/pipelines?$/;
    const newest = () => gitlab.world.pipelines(small.project).at(-1);

    before(async () => {
      // Nothing is asked for but when a test wants it.
      await setting('refresh.activeSeconds', 600);
      gitlab = await startGitLab({ profile: has.profile });
      const { world } = gitlab;
      small = smallProject(world, { sha: git('rev-parse', 'HEAD'), ref: 'main' });
      world.publishInclude(component, 'lint:\n  stage: test\n  script: lint\n');
      world.commitFiles(small.project, small.sha, { '.gitlab-ci.yml': ciFile });
      writeFileSync(ciUri().fsPath, ciFile);
      await setRemote(`${gitlab.url}/${small.project.path}.git`);
      await until('signed out', ({ state }) => state === 'signedOut');
      assert.deepEqual(await signIn(gitlab.url, small.token), []);
      await until('ready', ({ state, commit }) => state === 'ready' && commit?.sha === small.sha);
    });

    after(async () => {
      await run('followHead');
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      rmSync(ciUri().fsPath, { force: true });
      await run('signOut', { instance: gitlab.url });
      await gitlab.close();
      await setting('refresh.activeSeconds', undefined);
    });

    it("has CodeLenses above the file's jobs", async () => {
      const document = await vscode.workspace.openTextDocument(ciUri());
      await vscode.window.showTextDocument(document);
      await eventually(async () => {
        const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          ciUri(),
          20,
        );
        const own = lenses.filter(({ command }) => command?.command.startsWith('gitlabBuilds.') === true);
        assert.deepEqual([...new Set(own.map(({ range }) => range.start.line))], [2, 5]);
        assert.ok(own.some(({ command }) => command?.command === 'gitlabBuilds.openLog'));
      });
    });

    it('shows in rows since when a build fails, with eight requests at most', async () => {
      const { id } = small.builds.odd;
      const before = gitlab.requests.length;
      assert.deepEqual(await told('sinceWhen', { build: id }), []);
      const asked = gitlab.requests.length - before;
      assert.ok(asked >= 1 && asked <= 8, String(asked));
      await run('copyFailure', { build: id });
      assert.match(
        await vscode.env.clipboard.readText(),
        /Since when:\n- `Failing for at least 1 commit, since before /,
      );
    });

    it(has.pipelines ? 'runs a pipeline with variables, and shows it' : 'runs no pipeline, and says so', async () => {
      const before = gitlab.requests.length;
      const messages = await told('runPipeline', { ref: 'main', variables: { DEPLOY_TO: 'a\nb' } });
      if (!has.pipelines) {
        assert.deepEqual([messages, posted(before, created)], [[cannotRun], []]);
        return;
      }
      const variables = [{ key: 'DEPLOY_TO', value: 'a\nb' }];
      assert.deepEqual([messages, posted(before, created)], [[], [{ ref: 'main', variables }]]);
      await until('the new pipeline', ({ pipelines }) => pipelines.some(({ id }) => id === newest()?.id));
    });

    it(has.fileVariables ? 'accepts file variables' : 'rejects file variables', async () => {
      const before = gitlab.requests.length;
      const messages = await told('runPipeline', { ref: 'main', variables: { SETTINGS: { file: '{}\n' } } });
      if (!has.fileVariables) {
        assert.deepEqual([messages, posted(before, created)], [[cannotRun], []]);
        return;
      }
      const variables = [{ key: 'SETTINGS', value: '{}\n', variable_type: 'file' }];
      assert.deepEqual([messages, posted(before, created)], [[], [{ ref: 'main', variables }]]);
    });

    it(has.inputs ? "accepts inputs, and shows GitLab's refusal of one" : 'rejects inputs, and says so', async () => {
      gitlab.world.declareInputs(small.project, { name: 'replicas', type: 'NUMBER', default: 1 });
      const before = gitlab.requests.length;
      const messages = await told('runPipeline', { ref: 'main', inputs: { replicas: 3 } });
      if (!has.inputs) {
        assert.deepEqual([messages, posted(before, created)], [[cannotRun], []]);
        return;
      }
      assert.deepEqual([messages, posted(before, created)], [[], [{ ref: 'main', inputs: { replicas: 3 } }]]);
      const [refusal = ''] = await told('runPipeline', { ref: 'main', inputs: { replicas: 'three' } });
      assert.match(refusal, /`replicas` input: provided value is not a number/);
    });

    it(has.mergeRequests ? 'runs a merge request pipeline' : 'offers only the branch', async () => {
      gitlab.world.addMergeRequest(small.project, { title: 'Sign in', sourceBranch: 'main', sha: small.sha });
      const before = gitlab.requests.length;
      const offered: string[] = [];
      const showQuickPick = (items: readonly vscode.QuickPickItem[]) => {
        offered.push(...items.map(({ label }) => label));
        return Promise.resolve(items.find(({ label }) => label.includes('!1')));
      };
      const messages = await answering(
        { showQuickPick, createQuickPick: leftByUser } as unknown as Partial<typeof vscode.window>,
        () => messagesDuring(() => run('runPipeline')),
      );
      if (has.mergeRequests) {
        assert.deepEqual([messages, newest()?.source], [[], 'merge_request_event']);
        return;
      }
      assert.deepEqual([messages, offered], [has.pipelines ? [] : [cannotRun], []]);
      assert.deepEqual(posted(before, created), []);
    });

    it('retries and cancels a pipeline of the commit', async () => {
      await (await api()).refresh();
      const { pipelineId } = small.builds.odd;
      const before = gitlab.requests.length;
      if (!has.pipelines) {
        const [unknown = ''] = await told('retryPipeline', { pipeline: pipelineId });
        assert.equal(unknown, `Pipeline #${pipelineId} doesn't belong to the commit that is shown.`);
      }
      const argument = has.pipelines ? [{ pipeline: pipelineId }] : [];
      await told('retryPipeline', ...argument);
      await until('retried', ({ builds }) =>
        builds.some(({ attempts }) => attempts.some(({ id }) => id === small.builds.odd.id)),
      );
      await told('cancelPipeline', ...argument);
      await until('canceled', ({ builds }) =>
        builds.some(({ id, status }) => id === small.builds.deploy.id && status === 'canceled'),
      );
      const posts = gitlab.requests
        .slice(before)
        .filter(({ method, path }) => method === 'POST' && !path.includes('graphql'));
      const isWhole = posts.some(({ path }) => path.endsWith(`/pipelines/${pipelineId}/cancel`));
      assert.equal(isWhole, has.pipelines);
    });

    it('goes to the job of a build in the file', async () => {
      assert.deepEqual(await told('goToJob', { build: small.builds.compile.id }), []);
      await eventually(() => {
        const { document, selection } = vscode.window.activeTextEditor ?? assert.fail('no editor');
        assert.deepEqual([document.uri.path, selection.active.line], [ciUri().path, 2]);
      });
    });

    it(
      has.mergedConfiguration
        ? 'goes to the job of a component in the merged configuration'
        : 'says that there is no merged configuration',
      async () => {
        const messages = await told('goToJob', { build: small.builds.lint.id });
        if (!has.mergedConfiguration) {
          assert.match(messages.join(), /^The job of lint isn't in .* merged configuration since 13\.6\.$/);
          return;
        }
        assert.deepEqual(messages, []);
        await eventually(() => {
          const { document, selection } = vscode.window.activeTextEditor ?? assert.fail('no editor');
          assert.equal(document.uri.scheme, 'gitlab-builds-ci');
          assert.match(document.lineAt(selection.active.line).text, /^:?lint:/);
        });
      },
    );

    it(
      has.lint ? 'validates the file in the editor, and shows the error at its key' : 'validates no file',
      async () => {
        const document = await vscode.workspace.openTextDocument(ciUri());
        const edit = new vscode.WorkspaceEdit();
        // Before 13.6, GitLab validates a file by itself: it knows nothing that it includes.
        const own = 'compile:\n  script: make\nrspec:\n  scirpt: rspec\n  script: rspec\n';
        edit.replace(ciUri(), new vscode.Range(0, 0, document.lineCount, 0), own);
        await vscode.workspace.applyEdit(edit);
        const messages = await told('validateCiConfig');
        assert.equal(document.isDirty, true, 'it is validated as edited');
        await document.save();
        if (!has.lint) {
          assert.match(messages.join(), /^This version of .* doesn't support this\.$/);
          return;
        }
        assert.deepEqual(messages, []);
        const [problem] = vscode.languages.getDiagnostics(ciUri());
        assert.match(problem?.message ?? '', /rspec config contains unknown keys: scirpt/);
        assert.equal(problem?.range.start.line, 3);
      },
    );

    it('opens a build by its URL, and shows the commit that is named', async () => {
      const { id } = small.builds.compile;
      const path = has.profile === '8.5' ? 'builds' : '-/jobs';
      await run('openByUrl', `${gitlab.url}/${small.project.path}/${path}/${id}`);
      await eventually(() => {
        assert.equal(vscode.window.activeTextEditor?.document.uri.path, `/compile #${id}.log`);
      });
      await run('selectCommit', { commit: small.olderSha.slice(0, 10) });
      await until('the older commit', ({ commit }) => commit?.sha === small.olderSha);
      await run('openByUrl', { url: `${gitlab.url}/${small.project.path}/commit/${small.sha}` });
      await until('the commit', ({ commit }) => commit?.sha === small.sha);
    });
  });

/** A quick pick that the user leaves as soon as it is shown. */
function leftByUser(): vscode.QuickPick<vscode.QuickPickItem> {
  const box = createQuickPick();
  const show = box.show.bind(box);
  box.show = () => {
    show();
    setTimeout(() => box.hide(), 50);
  };
  return box;
}
