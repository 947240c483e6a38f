import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Uri } from 'vscode';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { reporterToken } from '../../gitlab/seed';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';
import { aTarget, ready } from '../samples';
import type { CommandContext } from '../../../src/ui/commands/command';
import { runPipeline } from '../../../src/ui/commands/runPipeline';

describe('Run Pipeline', () => {
  const apps = appsInTests();
  let app: App;
  const start = async (profile: ProfileName, more: AppOptions = {}): Promise<void> => {
    app = await apps.ready({ ...more, gitlab: { profile } });
    app.asked();
  };
  const posted = (): readonly unknown[] =>
    app.gitlab.requests
      .filter(({ method, path }) => method === 'POST' && /\/pipelines?$/.test(path))
      .map(({ body }) => JSON.parse(body) as unknown);
  const list = (number: number) => until(`list ${number}`, () => editor().quickPicks[number - 1]);
  const newest = () => app.gitlab.world.pipelines(app.small.project).at(-1);

  for (const profile of ['10.8', '13.9', '18.9'] as const)
    it(`runs one for the branch with variables, and shows it, on ${profile}`, async () => {
      await start(profile);
      const running = app.run('runPipeline');
      (await list(1)).choose('Add Variable');
      const name = await until('the name', () => editor().inputBoxes[0]);
      name.type('DEPLOY_TO');
      name.accept();
      const value = await until('the value', () => editor().inputBoxes[1]);
      value.type('staging');
      value.accept();
      (await list(2)).choose('with 1 variable');
      await running;
      assert.deepEqual(posted(), [{ ref: app.small.ref, variables: [{ key: 'DEPLOY_TO', value: 'staging' }] }]);
      assert.deepEqual(messageTexts(), []);
      assert.match(editor().statusMessages[0] ?? '', /^Pipeline #\d+ is /);
      assert.ok(app.api.repositories[0]?.pipelines.some(({ id }) => id === newest()?.id));
    });

  it('keeps the variables for the next time, separately for each branch', async () => {
    await start('18.9');
    const running = app.run('runPipeline');
    (await list(1)).choose('Add Variable');
    const name = await until('the name', () => editor().inputBoxes[0]);
    name.type('A');
    name.accept();
    const value = await until('the value', () => editor().inputBoxes[1]);
    value.type('1');
    value.accept();
    (await list(2)).choose('with 1 variable');
    await running;
    const again = app.run('runPipeline');
    assert.ok((await list(3)).labels.some((label) => label.includes('with 1 variable')));
    (await list(3)).hide();
    await again;
    app.repository.moveHead({ name: 'other', commit: app.small.sha });
    const other = app.run('runPipeline');
    assert.ok((await list(4)).labels.some((label) => label.includes('without variables')));
    (await list(4)).hide();
    await other;
    assert.equal(posted().length, 1);
  });

  it("asks for no variables on v3, which doesn't support them", async () => {
    await start('8.17', { settings: (url) => ({ 'gitlabBuilds.instances': [{ url, apiVersion: 'v3' }] }) });
    await app.run('runPipeline');
    assert.deepEqual(posted(), [{ ref: app.small.ref }]);
    assert.deepEqual(editor().quickPicks, []);
  });

  it('says if GitLab is too old for it', async () => {
    await start('8.13');
    await app.run('runPipeline', { ref: app.small.ref });
    assert.deepEqual(messageTexts(), ["This version of GitLab can't run a pipeline that way."]);
  });

  describe('with inputs', () => {
    const declared = async () => {
      await start('18.9');
      app.gitlab.world.declareInputs(
        app.small.project,
        { name: 'environment', type: 'STRING', options: ['staging', 'production'], default: 'staging' },
        { name: 'replicas', type: 'NUMBER', description: 'How many' },
        { name: 'fast', type: 'BOOLEAN', default: true },
        { name: 'suites', type: 'ARRAY', default: ['unit'] },
      );
    };

    // 18.9 of the fake stands for every release since 17.10.
    it('offers those that the configuration declares, each by its type, and sends the changed ones', async () => {
      await declared();
      const running = app.run('runPipeline');
      const first = await list(1);
      assert.deepEqual(
        first.items.map(({ label, description, detail }) => [label, description, detail]),
        [
          ['environment', 'staging', undefined],
          ['replicas', 'needs a value', 'How many'],
          ['fast', 'true', undefined],
          ['suites', '["unit"]', undefined],
        ],
      );
      first.choose('replicas');
      const box = await until('the number', () => editor().inputBoxes[0]);
      box.type('many');
      box.accept();
      assert.equal(box.validationMessage, 'Enter a number.');
      box.type('3');
      box.accept();
      (await list(2)).choose('environment');
      (await until('the options', () => editor().picks[0])).choose('production');
      (await list(3)).choose('Continue with these inputs');
      (await list(4)).choose('without variables');
      await running;
      assert.deepEqual(posted(), [{ ref: app.small.ref, inputs: { environment: 'production', replicas: 3 } }]);
    });

    it('offers unusual ones in a way that GitLab accepts', async () => {
      await start('18.9');
      app.gitlab.world.declareInputs(
        app.small.project,
        { name: 'constructor', type: 'STRING', default: '' },
        { name: 'level', type: 'STRING', options: [1, 2], default: 1 },
        { name: 'tags', type: 'ARRAY', options: ['a', 'b', 'c'], default: ['a'] },
        { name: 'region', type: 'STRING', rules: true },
        { name: 'text', type: 'STRING', default: 'two\nlines' },
        { name: 'release', type: 'STRING', default: 'v1', regex: '(?<=v)1' },
      );
      const running = app.run('runPipeline');
      assert.deepEqual(
        (await list(1)).items.map(({ label, description }) => `${label}: ${description}`),
        [
          '$(check) Continue with these inputs: undefined',
          'constructor: (empty)',
          'level: 1',
          'tags: ["a"]',
          'region: set by the configuration',
          'text: two lines',
          'release: v1',
        ],
      );
      (await list(1)).choose('level');
      (await until('the options', () => editor().picks[0])).choose('2');
      (await list(2)).choose('tags');
      (await until('the tags', () => editor().picks[1])).choose('b', 'c');
      (await list(3)).choose('text');
      const text = await until('the text', () => editor().inputBoxes[0]);
      assert.equal(text.value, 'two lines');
      text.accept();
      (await list(4)).choose('release');
      const tag = await until('the tag', () => editor().inputBoxes[1]);
      tag.type('v1');
      tag.accept();
      (await list(5)).choose('Continue');
      (await list(6)).choose('without variables');
      await running;
      const inputs = { level: '2', tags: ['b', 'c'], text: 'two\nlines', release: 'v1' };
      assert.deepEqual([posted(), messageTexts()], [[{ ref: app.small.ref, inputs }], []]);
    });

    it('sends none if the user cancels', async () => {
      await declared();
      const running = app.run('runPipeline');
      (await list(1)).hide();
      await running;
      assert.deepEqual(posted(), []);
    });

    it("shows GitLab's refusal in its own words", async () => {
      await declared();
      await app.run('runPipeline', { ref: app.small.ref, inputs: { replicas: 'three' } });
      assert.match(messageTexts()[0] ?? '', /`replicas` input: provided value is not a number/);
    });
  });

  describe('for a commit that GitLab lacks', () => {
    /** The extension as far as the command needs it, with a HEAD that is not pushed; what it has done. */
    const unpushed = (answer: string | undefined) => {
      const done: string[] = [];
      const snapshot = { ...ready([]), target: aTarget({ ref: 'main' }), unpushed: true };
      const context = {
        session: {
          active: 'file:///r',
          state: { repositories: [{ root: 'file:///r', name: 'r', snapshot }], active: 'file:///r' },
          snapshotOf: () => snapshot,
          repositoryOf: () => ({ rootUri: 'file:///r', state: { HEAD: { name: 'main', upstream: {} } } }),
          acted: () => Promise.resolve(),
        },
        clients: {
          of: () => ({
            server: { api: 'v3' },
            pipelines: {
              inputs: () => Promise.resolve([]),
              openMergeRequests: () => Promise.resolve([]),
              create: () => {
                done.push('run');
                return Promise.resolve({ id: 1, status: 'pending' });
              },
            },
          }),
        },
        variables: { last: () => Promise.resolve({}), keep: () => Promise.resolve() },
        report: { choose: () => Promise.resolve(answer), done: () => undefined },
      };
      return { context: context as unknown as CommandContext, done };
    };

    it('pushes it first if the user wants that', async () => {
      const { context, done } = unpushed('Push and Run');
      await runPipeline(context, []);
      assert.deepEqual(
        editor().executed.map(({ command }) => command),
        ['git.push'],
      );
      assert.deepEqual(done, ['run']);
    });

    it('runs without that commit if the user wants that', async () => {
      const { context, done } = unpushed('Run Without Pushing');
      await runPipeline(context, []);
      assert.deepEqual([editor().executed, done], [[], ['run']]);
    });

    it('does nothing if the user cancels', async () => {
      const { context, done } = unpushed(undefined);
      await runPipeline(context, []);
      assert.deepEqual([editor().executed, done], [[], []]);
    });
  });

  it('runs one for the merge request if there is one', async () => {
    await start('18.9', {
      prepare: ({ gitlab: { world }, small }) => {
        const mergeRequest = world.addMergeRequest(small.project, {
          title: 'Let people sign in',
          sourceBranch: small.ref,
          targetBranch: 'main',
          sha: small.sha,
        });
        const ref = `refs/merge-requests/${mergeRequest.iid}/head`;
        const pipeline = world.addPipeline(small.project, {
          sha: small.sha,
          ref,
          source: 'merge_request_event',
          mergeRequest,
        });
        world.addBuild(small.project, { sha: small.sha, ref, name: 'check', pipeline, status: 'success' });
      },
    });
    await app.shows('ready', ({ pipelines }) => pipelines.some(({ mergeRequest }) => mergeRequest !== undefined));
    const running = app.run('runPipeline');
    const pick = await until('the purposes', () => editor().picks[0]);
    pick.choose(pick.labels.find((label) => label.includes('!1')) ?? '');
    await running;
    assert.equal(newest()?.source, 'merge_request_event');
  });

  it('runs one for a merge request that never had one', async () => {
    await start('18.9', {
      prepare: ({ gitlab: { world }, small: { project, ref, sha } }) =>
        void world.addMergeRequest(project, { title: 'Let people sign in', sourceBranch: ref, sha }),
    });
    const running = app.run('runPipeline');
    const pick = await until('the purposes', () => editor().picks[0]);
    assert.deepEqual(pick.labels, ['$(git-pull-request) !1', `$(git-branch) ${app.small.ref}`]);
    pick.choose('!1');
    await running;
    assert.equal(newest()?.source, 'merge_request_event');
  });

  it('sends files as file variables from 11.11 on, and offers none before', async () => {
    await start('13.9');
    const folder = await mkdtemp(join(tmpdir(), 'settings-'));
    const file = join(folder, 'settings.json');
    await writeFile(file, '{ "a":\n 1 }=\n');
    editor().openFrom = Uri.file(file);
    const running = app.run('runPipeline');
    (await list(1)).choose('Add File Variable');
    const name = await until('the name', () => editor().inputBoxes[0]);
    name.type('SETTINGS');
    name.accept();
    assert.deepEqual((await list(2)).items[1]?.description, 'file, 13 B');
    (await list(2)).choose('with 1 variable');
    await running;
    const variables = [{ key: 'SETTINGS', value: '{ "a":\n 1 }=\n', variable_type: 'file' }];
    assert.deepEqual(posted(), [{ ref: app.small.ref, variables }]);
    const again = app.run('runPipeline');
    assert.equal((await list(3)).items[1]?.description, 'file, 13 B');
    (await list(3)).hide();
    await again;
    await rm(folder, { recursive: true });
  });

  it('offers no files before 11.11', async () => {
    await start('10.8');
    const running = app.run('runPipeline');
    assert.ok(!(await list(1)).labels.some((label) => label.includes('File')));
    (await list(1)).hide();
    await running;
    await app.run('runPipeline', { ref: app.small.ref, variables: { A: { file: 'x' } } });
    assert.deepEqual([messageTexts(), posted()], [["This version of GitLab can't run a pipeline that way."], []]);
  });

  it('passes values on unchanged: empty, with line breaks and with "="', async () => {
    await start('18.9');
    await app.run('runPipeline', { ref: app.small.ref, variables: { A: '', B: 'a\nb', C: 'x=y=', D: { file: 'z' } } });
    assert.deepEqual(posted(), [
      {
        ref: app.small.ref,
        variables: [
          { key: 'A', value: '' },
          { key: 'B', value: 'a\nb' },
          { key: 'C', value: 'x=y=' },
          { key: 'D', value: 'z', variable_type: 'file' },
        ],
      },
    ]);
  });

  for (const profile of ['8.5', '8.13', '8.17', '10.8'] as const)
    it(`is offered from 8.14 on, not before: ${profile}`, async () => {
      await start(profile);
      assert.equal(editor().contextKeys.get('gitlabBuilds.canRunPipeline'), !['8.5', '8.13'].includes(profile));
    });

  describe('that GitLab rejects', () => {
    const base = (sentence: string): string => JSON.stringify({ message: { base: [sentence] } });
    const rules = 'Pipeline will not run for the selected trigger. The rules configuration prevented any jobs.';
    const noRight =
      'You do not have sufficient permission to run a pipeline on \'main\'. Please select a different branch. <a href="/help">Learn more</a>';
    const cases: readonly (readonly [string, number, string, RegExp])[] = [
      [
        'because no rule adds a job',
        400,
        base(rules),
        /^127\.0\.0\.1:\d+ refused the request \(Pipeline will not run .*\)\.$/,
      ],
      [
        'because its workflow says so',
        400,
        base('Pipeline filtered out by workflow rules.'),
        /filtered out by workflow rules/,
      ],
      ['because there are no jobs', 400, base('No stages / jobs for this pipeline.'), /No stages \/ jobs/],
      ['because the branch is protected', 400, base(noRight), /sufficient permission to run a pipeline on 'main'/],
      ['because the branch was deleted', 400, base('Reference not found'), /Reference not found/],
      [
        'because variables are not allowed',
        400,
        base('Insufficient permissions to set pipeline variables'),
        /set pipeline variables/,
      ],
      [
        'because its file is wrong',
        400,
        base('jobs:rspec config contains unknown keys: scirpt'),
        /unknown keys: scirpt/,
      ],
      ['because the project is archived, or for a guest', 403, '{"message":"403 Forbidden"}', /403 Forbidden/],
      ['because CI/CD is off', 403, '{"message":"403 Forbidden"}', /403 Forbidden/],
      ['because the project is gone', 404, '{"message":"404 Project Not Found"}', /couldn't find the project/],
    ];
    for (const [why, status, body, sentence] of cases)
      it(`is refused in GitLab's own words, ${why}`, async () => {
        await start('18.9');
        const answer = { status, headers: { 'Content-Type': 'application/json' }, body };
        app.gitlab.faults = [{ when: ({ method, path }) => method === 'POST' && path.endsWith('/pipeline'), answer }];
        await app.run('runPipeline', { ref: app.small.ref });
        assert.equal(messageTexts().length, 1);
        assert.match(messageTexts()[0] ?? '', sentence);
        assert.doesNotMatch(messageTexts()[0] ?? '', /\]\(/);
      });

    it('is refused to a Reporter', async () => {
      await start('18.9', { token: reporterToken });
      await app.run('runPipeline', { ref: app.small.ref });
      assert.match(messageTexts()[0] ?? '', /403 Forbidden/);
      assert.equal(app.gitlab.requests.filter(({ method, status }) => method === 'POST' && status === 201).length, 0);
    });

    it('is reported as skipped if the commit asks for that', async () => {
      await start('18.9');
      const answer = {
        status: 201,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ id: 77, status: 'skipped' }),
      };
      app.gitlab.faults = [{ when: ({ method, path }) => method === 'POST' && path.endsWith('/pipeline'), answer }];
      await app.run('runPipeline', { ref: app.small.ref });
      assert.deepEqual([messageTexts(), editor().statusMessages], [[], ['Pipeline #77 is skipped']]);
    });
  });

  it('asks for a branch while HEAD is detached', async () => {
    await start('18.9');
    app.repository.moveHead({ commit: app.small.sha });
    await app.shows('ready', ({ commit }) => commit?.ref === undefined);
    const running = app.run('runPipeline');
    const box = await until('the box', () => editor().inputBoxes[0]);
    box.type('');
    box.accept();
    assert.equal(await until('the complaint', () => box.validationMessage), 'Enter a branch or tag.');
    box.type(app.small.ref);
    box.accept();
    (await list(1)).choose('without variables');
    await running;
    assert.deepEqual(posted(), [{ ref: app.small.ref }]);
  });

  it('sends no input of a wrong type, and keeps defaults with unusual characters', async () => {
    await start('18.9');
    app.gitlab.world.declareInputs(
      app.small.project,
      { name: 'flags', type: 'ARRAY', default: ['--a="b c"', 'ü', '$(x)'] },
      { name: 'quoted', type: 'STRING', default: '"$HOME" \\n {{ x }} $(flame)' },
      { name: 'many', type: 'ARRAY' },
    );
    const running = app.run('runPipeline');
    const first = await list(1);
    assert.deepEqual(
      first.items.map(({ description }) => description),
      ['["--a=\\"b c\\"","ü","$\u2060(x)"]', '"$HOME" \\n {{ x }} $\u2060(flame)', 'needs a value'],
    );
    first.choose('many');
    const box = await until('the box', () => editor().inputBoxes[0]);
    box.type('[1, "two"');
    box.accept();
    assert.notEqual(box.validationMessage, undefined);
    box.type('[1, "two"]');
    box.accept();
    (await list(2)).choose('Continue with these inputs');
    (await list(3)).choose('without variables');
    await running;
    assert.deepEqual(posted(), [{ ref: app.small.ref, inputs: { many: [1, 'two'] } }]);
  });

  it('refuses a malformed argument', async () => {
    await start('18.9');
    await app.run('runPipeline', { ref: 5 });
    await app.run('runPipeline', { ref: 'main', variables: { '1x': 'y' } });
    for (const text of messageTexts()) assert.match(text, /^The argument must be /);
    assert.deepEqual([messageTexts().length, posted().length], [2, 0]);
  });
});
