import assert from 'node:assert/strict';
import type { ProfileName } from '../../gitlab/profiles/profile';
import { StoredVariables } from '../../../src/ui/session/storedVariables';
import type { App, AppOptions } from '../app';
import { appsInTests } from '../eachApp';
import type { FakeInputBox, FakeQuickPick } from '../fake/boxes';
import { editor } from '../fake/editor';
import { FakeSecrets } from '../fake/secrets';
import { until } from '../fake/until';
import { type Waiting, waitingOn } from '../waiting';

const add = 'Add Variable…';
const remove = 'Remove Variable';

function list(): Promise<FakeQuickPick> {
  return until('the list of variables', () => editor().quickPicks.findLast(({ visible }) => visible));
}

function box(): Promise<FakeInputBox> {
  return until('the box', () => editor().inputBoxes.findLast(({ visible }) => visible));
}

async function answer(text: string): Promise<void> {
  const shown = await box();
  shown.type(text);
  shown.accept();
  await until('its end', () => !shown.visible);
}

async function addVariable(name: string, value: string): Promise<void> {
  (await list()).choose(add);
  await answer(name);
  await answer(value);
}

async function rows(): Promise<readonly string[]> {
  return (await list()).items.map(({ label, description = '' }) => `${label} ${description}`.trim());
}

describe('Play with variables', () => {
  const apps = appsInTests();
  const start = async (profile: ProfileName = '18.9', more?: AppOptions): Promise<Waiting & { readonly app: App }> => {
    const { options, waiting } = waitingOn(profile, more);
    const app = await apps.ready(options);
    app.asked();
    return { app, ...waiting() };
  };
  const variablesKey = (app: App): string => `variables ${app.gitlab.url} ${app.small.project.path} release`;

  it('shows none at first, and plays without', async () => {
    const { app, release } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    assert.equal((await list()).title, `Play release #${release.id}`);
    assert.deepEqual(await rows(), ['$(play) Play release without variables', `$(add) ${add}`]);
    (await list()).choose('Play release');
    await running;
    const { status, variables } = app.gitlab.world.build(release.id);
    assert.deepEqual([status, variables, app.secrets.values.has(variablesKey(app))], ['pending', {}, false]);
  });

  it('asks for name and value, and plays with the entered ones', async () => {
    const { app, release } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('TARGET', 'staging');
    await addVariable('_note', ' as it is ');
    assert.deepEqual(await rows(), [
      '$(play) Play release with 2 variables',
      'TARGET staging',
      '_note as it is',
      `$(add) ${add}`,
    ]);
    (await list()).choose('Play release');
    await running;
    assert.deepEqual(app.gitlab.world.build(release.id).variables, { TARGET: 'staging', _note: ' as it is ' });
    assert.deepEqual(editor().statusMessages, [`release #${release.id} is pending`]);
  });

  for (const name of ['', '1A', 'A-B', 'A B', 'Ä', '$A'])
    it(`rejects the name ${JSON.stringify(name)}, and says why`, async () => {
      const { app } = await start();
      void app.run('playWithVariables', await app.row('release'));
      (await list()).choose(add);
      const shown = await box();
      shown.type(name);
      shown.accept();
      assert.match(shown.validationMessage ?? '', /^Use letters, digits and underscores/);
      assert.equal(shown.visible, true);
      shown.type('A');
      assert.equal(shown.validationMessage, undefined);
    });

  for (const name of ['constructor', '__proto__'])
    it(`accepts ${name} like any other name`, async () => {
      const { app, release } = await start();
      const running = app.run('playWithVariables', await app.row('release'));
      await addVariable(name, 'x');
      (await list()).choose('with 1 variable');
      await running;
      assert.deepEqual(Object.entries(app.gitlab.world.build(release.id).variables), [[name, 'x']]);
    });

  it('changes the value of the selected one', async () => {
    const { app } = await start();
    void app.run('playWithVariables', await app.row('release'));
    await addVariable('TARGET', 'staging');
    (await list()).choose('TARGET');
    assert.deepEqual([(await box()).prompt, (await box()).value], ['Value of TARGET', 'staging']);
    await answer('production');
    assert.deepEqual((await rows()).slice(1, -1), ['TARGET production']);
  });

  it('replaces a variable with the same name', async () => {
    const { app } = await start();
    void app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    await addVariable('B', 'two');
    await addVariable('A', 'three');
    assert.deepEqual((await rows()).slice(1, -1), ['A three', 'B two']);
  });

  it('removes the one whose trash icon is clicked', async () => {
    const { app } = await start();
    void app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    await addVariable('B', 'two');
    (await list()).pressOn('A', remove);
    assert.deepEqual(await rows(), ['$(play) Play release with 1 variable', 'B two', `$(add) ${add}`]);
  });

  it('draws no icon and no second line for a value', async () => {
    const { app } = await start();
    void app.run('playWithVariables', await app.row('release'));
    await addVariable('A', '$(flame)\nb');
    assert.equal((await rows())[1], 'A $\u2060(flame) b');
  });

  it('goes back from the value to the name, with both as they were entered', async () => {
    const { app } = await start();
    void app.run('playWithVariables', await app.row('release'));
    (await list()).choose(add);
    await answer('TARGET');
    (await box()).type('stag');
    (await box()).press('Back');
    const first = await until('the first box', () =>
      editor().inputBoxes.find(({ visible, title }) => visible && title?.endsWith('(1/2)')),
    );
    assert.equal(first.value, 'TARGET');
    first.accept();
    await until('its end', () => !first.visible);
    assert.deepEqual([(await box()).title, (await box()).value], ['Add Variable (2/2)', 'stag']);
  });

  for (const leave of ['press', 'escape'] as const)
    it(`returns to the list with all its entries, by ${leave === 'press' ? 'Back' : 'Escape'}`, async () => {
      const { app } = await start();
      void app.run('playWithVariables', await app.row('release'));
      await addVariable('A', 'one');
      (await list()).choose(add);
      const shown = await box();
      if (leave === 'press') shown.press('Back');
      else shown.escape();
      assert.deepEqual((await rows()).slice(1, -1), ['A one']);
    });

  it('sends nothing when the user cancels, and has the draft the next time', async () => {
    const { app } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    (await list()).escape();
    await running;
    assert.deepEqual([app.asked(), app.secrets.values.has(variablesKey(app))], [[], false]);
    void app.run('playWithVariables', await app.row('release'));
    assert.deepEqual((await rows()).slice(1, -1), ['A one']);
  });

  it('also keeps removals in the draft', async () => {
    const { app } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    await addVariable('B', 'two');
    (await list()).pressOn('A', remove);
    (await list()).escape();
    await running;
    void app.run('playWithVariables', await app.row('release'));
    assert.deepEqual((await rows()).slice(1, -1), ['B two']);
  });

  it('remembers the variables used for builds with that name, and only there', async () => {
    const { app, elsewhere } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('TOKEN', 's3cret');
    (await list()).choose('Play release');
    await running;
    assert.equal(app.secrets.values.get(variablesKey(app)), '{"TOKEN":"s3cret"}');
    const again = app.run('playWithVariables', { build: elsewhere.id });
    assert.deepEqual((await rows()).slice(1, -1), ['TOKEN s3cret']);
    (await list()).escape();
    await again;
    void app.run('playWithVariables', await app.row('announce'));
    assert.deepEqual((await rows()).slice(1, -1), []);
  });

  it('remembers nothing that GitLab did not accept', async () => {
    const { app } = await start();
    app.gitlab.faults = [{ answer: { status: 500 }, when: ({ path }) => path.endsWith('/play') }];
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    (await list()).choose('Play release');
    await running;
    assert.deepEqual([editor().messages.length, app.secrets.values.has(variablesKey(app))], [1, false]);
  });

  it('drops them when the build is played without', async () => {
    const { app, elsewhere } = await start();
    const first = app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    (await list()).choose('Play release');
    await first;
    const second = app.run('playWithVariables', { build: elsewhere.id });
    (await list()).pressOn('A', remove);
    (await list()).choose('without variables');
    await second;
    assert.equal(app.secrets.values.has(variablesKey(app)), false);
  });

  it('reloads nothing for having remembered', async () => {
    const { app } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('A', 'one');
    (await list()).choose('Play release');
    await running;
    assert.equal(app.secrets.values.has(variablesKey(app)), true);
    await app.api.refresh();
    const asked = app.asked().filter((request) => request === 'POST /api/graphql');
    assert.equal(asked.length, 2, 'one after the play, one for the refresh');
  });

  it('writes no value to the log', async () => {
    const { app } = await start();
    const running = app.run('playWithVariables', await app.row('release'));
    await addVariable('TOKEN', 's3cret');
    (await list()).choose('Play release');
    await running;
    const lines = editor().log.map(({ text }) => text);
    assert.ok(lines.some((line) => line.startsWith('POST') && line.includes('/play')));
    assert.doesNotMatch(lines.join('\n'), /s3cret/);
  });

  it('lets one build be selected in the Command Palette, if there are several', async () => {
    const { app } = await start();
    const running = app.run('playWithVariables');
    const pick = await until('the quick pick', () => editor().picks[0]);
    assert.deepEqual([pick.options.canPickMany ?? false, pick.labels.length], [false, 2]);
    pick.choose('announce');
    assert.match((await list()).title ?? '', /^Play announce/);
    (await list()).escape();
    await running;
    assert.deepEqual(app.asked(), []);
  });

  it("works only on its menu's row if several are selected", async () => {
    const { app } = await start();
    const selected = [await app.row('release'), await app.row('announce')];
    void app.run('playWithVariables', selected[1], selected);
    assert.match((await list()).title ?? '', /^Play announce/);
  });

  for (const profile of ['8.13', '13.9'] as const)
    it(`says on ${profile} that this GitLab is too old for it`, async () => {
      const { app } = await start(profile);
      await app.run('playWithVariables', await app.row('release'));
      assert.equal(editor().messages[0]?.text, "This version of GitLab can't play builds with variables.");
      assert.deepEqual([editor().quickPicks, app.asked()], [[], []]);
    });

  it('says the same in the Command Palette if several builds wait', async () => {
    const { app } = await start('13.9');
    await app.run('playWithVariables');
    assert.equal(editor().messages[0]?.text, "This version of GitLab can't play builds with variables.");
  });

  it("asks for nothing if the build in its argument can't be played", async () => {
    const { app } = await start();
    await app.run('playWithVariables', { build: app.small.builds.rspec.id });
    assert.equal(editor().messages[0]?.text, `rspec #${app.small.builds.rspec.id} is passed and can't be played.`);
    assert.deepEqual(editor().quickPicks, []);
  });
});

describe('The memory of variables', () => {
  const owner = { instance: 'https://git.example.com', project: 'group/app', build: 'deploy' };

  it('is shared by every window', async () => {
    const secrets = new FakeSecrets();
    await new StoredVariables(secrets).keep(owner, { A: 'b' });
    assert.deepEqual(await new StoredVariables(secrets).last(owner), { A: 'b' });
  });

  it('keeps no draft once it is played', async () => {
    const secrets = new FakeSecrets();
    const memory = new StoredVariables(secrets);
    memory.noteDraft(owner, { A: 'b' });
    await memory.keep(owner, { A: 'b' });
    await new StoredVariables(secrets).keep(owner, { A: 'c' });
    assert.deepEqual(await memory.last(owner), { A: 'c' });
  });

  for (const other of [{ instance: 'https://else.example.com' }, { project: 'group/else' }, { build: 'else' }])
    it(`is separate for another ${Object.keys(other).join('')}`, async () => {
      const memory = new StoredVariables(new FakeSecrets());
      await memory.keep(owner, { A: 'b' });
      assert.deepEqual(await memory.last({ ...owner, ...other }), {});
    });

  it('ignores values that are not text', async () => {
    const secrets = new FakeSecrets();
    secrets.values.set('variables https://git.example.com group/app deploy', '{"A":1,"B":"c"}');
    assert.deepEqual(await new StoredVariables(secrets).last(owner), { B: 'c' });
  });
});
