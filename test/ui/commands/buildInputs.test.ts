import assert from 'node:assert/strict';
import type { FakeBuild, PipelineInputSpec } from '../../gitlab/model';
import type { ProfileName } from '../../gitlab/profiles/profile';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

const inputsSpec: readonly PipelineInputSpec[] = [
  { name: 'environment', type: 'STRING', options: ['staging', 'production'], default: 'staging', description: 'Where' },
  { name: 'replicas', type: 'NUMBER', default: 2 },
  { name: 'fast', type: 'BOOLEAN', default: false },
  { name: 'suites', type: 'ARRAY', default: ['unit'] },
  { name: 'version', type: 'STRING', default: '', regex: String.raw`^v\d+$` },
];

describe('Builds with inputs', () => {
  const apps = appsInTests();
  let app: App;
  let deploy: FakeBuild;
  let failed: FakeBuild;
  const start = async (profile: ProfileName = '18.10', more: AppOptions = {}): Promise<void> => {
    app = await apps.ready({
      ...more,
      gitlab: { profile, ...more.gitlab },
      prepare: ({ gitlab: { world }, small: { project, sha } }) => {
        const status = world.profile.rules.manualStatus;
        deploy = world.addBuild(project, { sha, name: 'deploy', stage: 'deploy', when: 'manual', status, inputsSpec });
        failed = world.addBuild(project, { sha, name: 'smoke', stage: 'deploy', status: 'failed', inputsSpec });
      },
    });
    app.asked();
  };
  const list = () => until('the list', () => editor().quickPicks.findLast(({ visible }) => visible));
  const box = () => until('the box', () => editor().inputBoxes.findLast(({ visible }) => visible));
  const pick = () => until('the choice', () => editor().picks.findLast(({ open }) => open));
  const newest = () => app.gitlab.world.build(Math.max(...app.gitlab.world.buildIds(app.small.project)));
  const bodies = () =>
    app.gitlab.requests
      .filter(({ method, path }) => method === 'POST' && /\/(play|retry)$/.test(path))
      .map(({ body }) => JSON.parse(body || '{}') as unknown);
  const shown = async () => (await list()).items.map(({ label, description = '' }) => `${label} ${description}`.trim());

  it('are played with values of each type, which GitLab receives unchanged', async () => {
    await start();
    const running = app.run('playWithInputs', await app.row('deploy'));
    assert.equal((await list()).title, `Play deploy #${deploy.id}`);
    assert.deepEqual(await shown(), [
      '$(play) Play deploy with these inputs',
      'environment staging',
      'replicas 2',
      'fast false',
      'suites ["unit"]',
      'version (empty)',
    ]);
    assert.equal((await list()).items[1]?.detail, 'Where');
    (await list()).choose('environment');
    (await pick()).choose('production');
    (await list()).choose('replicas');
    const number = await box();
    number.type('many');
    number.accept();
    assert.equal(number.validationMessage, 'Enter a number.');
    number.type('3');
    number.accept();
    (await list()).choose('fast');
    (await pick()).choose('true');
    (await list()).choose('suites');
    const suites = await box();
    suites.type('["unit", "e2e"]');
    suites.accept();
    (await list()).choose('version');
    const version = await box();
    version.type('1.0');
    version.accept();
    assert.equal(version.validationMessage, String.raw`The value must match ^v\d+$.`);
    version.type('v12');
    version.accept();
    (await list()).choose('with these inputs');
    await running;
    const inputs = { environment: 'production', replicas: 3, fast: true, suites: ['unit', 'e2e'], version: 'v12' };
    assert.deepEqual(app.gitlab.world.build(deploy.id).inputs, inputs);
    assert.deepEqual([bodies(), messageTexts()], [[{ job_inputs: inputs }], []]);
  });

  it('are retried with other values, starting from the previous ones', async () => {
    await start();
    app.gitlab.world.update(failed, { inputs: { environment: 'production' } });
    const running = app.run('retryWithInputs', await app.row('smoke'));
    assert.equal((await shown())[1], 'environment production');
    (await list()).choose('environment');
    (await pick()).choose('staging');
    (await list()).choose('with these inputs');
    await running;
    assert.deepEqual([newest().name, newest().inputs], ['smoke', {}]);
    // Releases differ in the name of the field.
    assert.deepEqual(bodies(), [{ job_inputs: { environment: 'staging' }, inputs: { environment: 'staging' } }]);
    assert.deepEqual(messageTexts(), []);
  });

  it('are offered the previous values again, separately for each branch and name', async () => {
    await start();
    const running = app.run('playWithInputs', await app.row('deploy'));
    (await list()).choose('fast');
    (await pick()).choose('true');
    (await list()).choose('with these inputs');
    await running;
    const again = app.run('retryWithInputs', await app.row('smoke'));
    assert.equal((await shown())[3], 'fast false');
    (await list()).hide();
    await again;
    const next = app.gitlab.world.addBuild(app.small.project, {
      ...{ sha: app.small.sha, name: 'deploy', stage: 'more', when: 'manual', status: 'manual', inputsSpec },
    });
    const once = app.run('playWithInputs', { build: next.id });
    assert.equal((await shown())[3], 'fast true');
    (await list()).hide();
    await once;
    assert.ok([...app.secrets.values.keys()].some((key) => key.includes('inputs of ') && key.includes('deploy')));
  });

  it('are started from code without a prompt', async () => {
    await start();
    await app.run('playWithInputs', { build: deploy.id, inputs: { replicas: 5 } });
    await app.run('retryWithInputs', { build: failed.id, inputs: { fast: true } });
    assert.deepEqual(app.gitlab.world.build(deploy.id).inputs, { replicas: 5 });
    assert.deepEqual([newest().name, newest().inputs], ['smoke', { fast: true }]);
    await app.run('retryWithInputs', { build: failed.id, inputs: ['x'] });
    assert.match(messageTexts()[0] ?? '', /^The inputs must be an object of values/);
  });

  it('show GitLab’s refusal at the input, and can be started once it is corrected', async () => {
    await start();
    app.gitlab.world.update(failed, {
      inputsSpec: [{ name: 'tag', type: 'STRING', default: 'v1', regex: '(?=v)v.+' }],
    });
    const running = app.run('retryWithInputs', await app.row('smoke'));
    (await list()).choose('tag');
    const first = await box();
    first.type('latest');
    first.accept();
    (await list()).choose('with these inputs');
    const refusal = '400 Bad request - `tag` input: provided value does not match required RegEx pattern';
    const second = await until('the list with the refusal', () =>
      editor().quickPicks.findLast(({ visible, placeholder }) => visible && placeholder === refusal),
    );
    assert.equal(second.items[1]?.detail, refusal);
    second.choose('tag');
    const again = await box();
    assert.deepEqual([again.value, again.validationMessage], ['latest', refusal]);
    again.type('v2');
    again.accept();
    (await list()).choose('with these inputs');
    await running;
    assert.deepEqual([newest().inputs, bodies().length], [{ tag: 'v2' }, 2]);
  });

  it('are reported to have other inputs if GitLab accepted the request and ignored them', async () => {
    await start();
    app.gitlab.faults = [
      {
        when: ({ body }) => body.includes('inputsSpec'),
        change: (body) => body.replace(/"inputs":\[[^\]]*\]/, '"inputs":[]'),
      },
    ];
    await app.run('retryWithInputs', { build: failed.id, inputs: { replicas: 7, fast: false } });
    assert.deepEqual(messageTexts(), [
      `smoke #${newest().id} doesn't have the inputs that you requested. GitLab ignored replicas.`,
    ]);
  });

  it('are played with variables if they have no inputs, and not retried', async () => {
    await start();
    for (const build of [deploy, failed]) app.gitlab.world.update(build, { inputsSpec: [] });
    const running = app.run('playWithInputs', await app.row('deploy'));
    assert.ok((await list()).labels.some((label) => label.includes('Play deploy without variables')));
    (await list()).hide();
    await running;
    await app.run('retryWithInputs', await app.row('smoke'));
    assert.deepEqual([messageTexts(), bodies()], [[`smoke #${failed.id} has no inputs. Retry it without any.`], []]);
  });

  for (const profile of ['13.9', '15.9', '18.9'] as const)
    it(`ask for variables if GitLab accepts them, and say that it is too old, on ${profile}`, async () => {
      await start(profile);
      await app.run('retryWithInputs', await app.row('smoke'));
      assert.deepEqual(messageTexts(), ["This version of GitLab can't retry builds with inputs."]);
      await app.run('playWithInputs', { build: deploy.id, inputs: { fast: true } });
      assert.equal(messageTexts()[1], "This version of GitLab can't play builds with inputs.");
      if (profile === '13.9') return;
      const running = app.run('playWithInputs', await app.row('deploy'));
      assert.ok((await list()).labels.some((label) => label.includes('without variables')));
      (await list()).hide();
      await running;
      assert.deepEqual(bodies(), []);
    });
});
