import assert from 'node:assert/strict';
import manifest from '../../../package.json';
import { SettingFlaws } from '../../../src/ui/session/settingFlaws';
import { Settings } from '../../../src/ui/session/settings';
import { appsInTests } from '../eachApp';
import { Uri } from '../fake/basics';
import { editor, messageTexts } from '../fake/editor';
import { until } from '../fake/until';

describe('Invalid settings', () => {
  let settings: Settings;
  let flaws: SettingFlaws;
  let logged: string[];
  beforeEach(() => {
    [settings, logged] = [new Settings(), []];
    flaws = new SettingFlaws(settings, { warn: (sentence) => logged.push(sentence) }, manifest);
  });
  afterEach(() => {
    flaws.dispose();
    settings.dispose();
  });

  const write = (level: 'global' | 'workspace', key: string, value: unknown): void => {
    const { configuration } = editor();
    configuration.set(configuration[level], `gitlabBuilds.${key}`, value);
  };
  const sentences = (): readonly string[] => flaws.all.map(({ sentence }) => sentence);

  it('are not reported if nothing is set, or if everything matches the manifest', () => {
    assert.deepEqual(flaws.all, []);
    const right = {
      remote: 'upstream',
      project: 42,
      groupBy: 'stage',
      'artifacts.extract': true,
      'log.tailAbove': 0.5,
    };
    for (const [key, value] of Object.entries({ ...right, 'refresh.activeSeconds': 3600, instances: [] }))
      write('global', key, value);
    assert.deepEqual([flaws.all, logged, editor().contextKeys.get('gitlabBuilds.hasSettingFlaws')], [[], [], false]);
  });

  const wrong: readonly (readonly [key: string, value: unknown, sentence: string])[] = [
    ['instances', 'https://x', 'The setting gitlabBuilds.instances is not a list, so it is ignored.'],
    ['instances', [{}], 'Entry 1 of the setting gitlabBuilds.instances has no valid URL, so it is ignored.'],
    ['instances', null, 'The setting gitlabBuilds.instances is not a list, so it is ignored.'],
    ['instances', { 0: { url: 'https://x' } }, 'The setting gitlabBuilds.instances is not a list, so it is ignored.'],
    ...[[[{ url: 'https://x' }]], [null], [7], ['https://x'], [{ url: { href: 'https://x' } }], [{ url: '"x"' }]].map(
      (value) =>
        [
          'instances',
          value,
          'Entry 1 of the setting gitlabBuilds.instances has no valid URL, so it is ignored.',
        ] as const,
    ),
    ...[4, 'V4', null, ['v4']].map(
      (apiVersion) =>
        [
          'instances',
          [{ url: 'https://x', apiVersion }],
          'The setting gitlabBuilds.instances[0].apiVersion has no valid value.',
        ] as const,
    ),
    [
      'instances',
      [{ url: 'https://x', hosts: 'a' }],
      'The hosts of entry 1 of the setting gitlabBuilds.instances are not a list.',
    ],
    ...[[[]], [null], [7], [['a']], ['a b'], [{ host: 'a' }]].map(
      (hosts) =>
        [
          'instances',
          [{ url: 'https://x', hosts }],
          'Host 1 of entry 1 of the setting gitlabBuilds.instances is not a host name.',
        ] as const,
    ),
    ['remote', 7, 'The setting gitlabBuilds.remote has no valid value.'],
    ['project', -1, 'The setting gitlabBuilds.project has no valid value.'],
    ['project', 4.2, 'The setting gitlabBuilds.project has no valid value.'],
    ['project', {}, 'The setting gitlabBuilds.project has no valid value.'],
    ['groupBy', 'colour', 'The setting gitlabBuilds.groupBy has no valid value.'],
    ['notifications', null, 'The setting gitlabBuilds.notifications has no valid value.'],
    ['notifyAt', ['end'], 'The setting gitlabBuilds.notifyAt has no valid value.'],
    ['artifacts.extract', 'true', 'The setting gitlabBuilds.artifacts.extract has no valid value.'],
    ['artifacts.maxEntries', 0, 'The setting gitlabBuilds.artifacts.maxEntries must be at least 1.'],
    ['log.tailAbove', -1, 'The setting gitlabBuilds.log.tailAbove must be at least 0.'],
    ['log.tailAbove', '5', 'The setting gitlabBuilds.log.tailAbove has no valid value.'],
    ['refresh.activeSeconds', 1e9, 'The setting gitlabBuilds.refresh.activeSeconds can be at most 3600.'],
    ['refresh.activeSeconds', 1, 'The setting gitlabBuilds.refresh.activeSeconds must be at least 2.'],
    ['refresh.idleSeconds', NaN, 'The setting gitlabBuilds.refresh.idleSeconds has no valid value.'],
  ];
  for (const [key, value, sentence] of wrong)
    it(`are reported for ${key}: ${JSON.stringify(value)}`, () => {
      write('global', key, value);
      assert.deepEqual(flaws.all, [{ setting: `gitlabBuilds.${key}`, sentence }]);
      assert.deepEqual([logged, editor().contextKeys.get('gitlabBuilds.hasSettingFlaws')], [[sentence], true]);
    });

  it('is logged once, and no longer reported once it is corrected', () => {
    for (const value of ['a', 'b', 'stage', 'c']) write('workspace', 'groupBy', value);
    assert.equal(logged.length, 1);
    assert.equal(flaws.all.length, 1);
    write('workspace', 'groupBy', undefined);
    assert.deepEqual([flaws.all, editor().contextKeys.get('gitlabBuilds.hasSettingFlaws')], [[], false]);
  });

  it("are reported for a folder's settings too, and not for what a workspace can't set", () => {
    editor().folders = [Uri.file('/projects/one')];
    editor().configuration.folders['/projects/one'] = { 'gitlabBuilds.remote': false };
    write('workspace', 'instances', 'https://x');
    write('workspace', 'artifacts.maxRatio', 'x');
    assert.deepEqual(sentences(), ['The setting gitlabBuilds.remote has no valid value.']);
  });
});

describe('Show Invalid Settings', () => {
  const apps = appsInTests();

  it('says what is wrong, and leads to the setting', async () => {
    const app = await apps.ready({ workspaceSettings: () => ({ 'gitlabBuilds.refresh.activeSeconds': 1e9 }) });
    const running = app.run('showSettingFlaws');
    const message = await until('the message', () => editor().messages[0]);
    assert.deepEqual(messageTexts(), ['The setting gitlabBuilds.refresh.activeSeconds can be at most 3600.']);
    message.press('Open Settings');
    await running;
    assert.deepEqual(editor().executed.at(-1), {
      command: 'workbench.action.openSettings',
      args: ['gitlabBuilds.refresh.activeSeconds'],
    });
  });

  it('shows the log if there is more than one', async () => {
    const flawed = { 'gitlabBuilds.groupBy': 'x', 'gitlabBuilds.remote': 7 };
    const app = await apps.start({ workspaceSettings: () => flawed });
    const running = app.run('showSettingFlaws');
    (await until('the message', () => editor().messages[0])).press('Show Log');
    await running;
    assert.equal(editor().logShown, 1);
  });

  it('says that there are none', async () => {
    const app = await apps.ready();
    await app.run('showSettingFlaws');
    assert.deepEqual(editor().statusMessages, ['All settings are valid']);
  });
});
