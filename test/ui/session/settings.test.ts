import assert from 'node:assert/strict';
import { ConfigurationTarget, Uri } from 'vscode';
import { defaultLimits } from '../../../src/core/artifacts/extract/extractLimits';
import { Settings, toInstance } from '../../../src/ui/session/settings';
import { editor } from '../fake/editor';

const root = Uri.file('/projects/one');

describe('The settings', () => {
  let settings: Settings;
  beforeEach(() => (settings = new Settings()));
  afterEach(() => settings.dispose());

  const write = (level: 'global' | 'workspace', key: string, value: unknown): void => {
    const { configuration } = editor();
    configuration.set(configuration[level], `gitlabBuilds.${key}`, value);
  };

  it('have the manifest’s defaults', () => {
    assert.deepEqual(settings.instances(), []);
    assert.deepEqual(settings.forRepository(root.toString()), {});
    assert.deepEqual(settings.intervals(), { activeSeconds: 5, idleSeconds: 60 });
    assert.deepEqual([settings.groupBy(root), settings.artifactsDirectory(root)], ['stageAndStatus', '.gitlab-builds']);
  });

  it('extract nothing, and limit what is kept and extracted, if nothing is set', () => {
    assert.equal(settings.extractsArtifacts(root), false);
    assert.equal(settings.cacheBytes(), 200_000_000);
    assert.deepEqual(settings.extractLimits(), defaultLimits);
  });

  it('extract if that is set, and only true counts as set', () => {
    for (const value of ['true', 1, null, {}]) {
      write('workspace', 'artifacts.extract', value);
      assert.equal(settings.extractsArtifacts(root), false);
    }
    write('workspace', 'artifacts.extract', true);
    assert.equal(settings.extractsArtifacts(root), true);
  });

  it('take the limits for artifacts from the user, and never from a workspace', () => {
    for (const key of ['cacheMegabytes', 'maxEntries', 'maxUnpackedMegabytes', 'maxRatio'])
      write('workspace', `artifacts.${key}`, 1_000_000_000);
    assert.equal(settings.cacheBytes(), 200_000_000);
    assert.deepEqual(settings.extractLimits(), defaultLimits);
    write('global', 'artifacts.cacheMegabytes', 1);
    write('global', 'artifacts.maxEntries', 2);
    write('global', 'artifacts.maxUnpackedMegabytes', 3);
    write('global', 'artifacts.maxRatio', 4);
    assert.equal(settings.cacheBytes(), 1_000_000);
    const own = { maxEntries: 2, maxBytes: 3_000_000, maxRatio: 4 };
    assert.deepEqual(settings.extractLimits(), { ...defaultLimits, ...own });
  });

  it('keep the limits for artifacts within reason, and count an invalid number as not set', () => {
    for (const key of ['cacheMegabytes', 'maxEntries', 'maxUnpackedMegabytes', 'maxRatio'])
      write('global', `artifacts.${key}`, -5);
    assert.equal(settings.cacheBytes(), 0);
    assert.deepEqual(settings.extractLimits(), { ...defaultLimits, maxEntries: 1, maxBytes: 1_000_000, maxRatio: 1 });
    for (const value of ['7', null, NaN, Infinity]) {
      write('global', 'artifacts.maxRatio', value);
      assert.equal(settings.extractLimits().maxRatio, defaultLimits.maxRatio);
    }
  });

  it("name the instances that the user set, and none of the workspace's", () => {
    write('workspace', 'instances', [{ url: 'https://evil.example.com' }]);
    assert.deepEqual(settings.instances(), []);
    write('global', 'instances', [{ url: 'https://git.example.com/' }]);
    assert.deepEqual(
      settings.instances().map(({ url }) => url),
      ['https://git.example.com'],
    );
  });

  it('say how long the shown end of a log is', () => {
    assert.equal(settings.logTailLength(), 5e6);
    for (const [written, length] of [
      [2.5, 2.5e6],
      [0, Infinity],
      [0.00001, 1e5],
      [-1, 5e6],
      ['7', 5e6],
    ] as const) {
      write('global', 'log.tailAbove', written);
      assert.equal(settings.logTailLength(), length, String(written));
    }
  });

  it('for the editor say how many lines it keeps above the top one', () => {
    const { configuration } = editor();
    const set = (key: string, value: unknown) => configuration.set(configuration.global, `editor.${key}`, value);
    assert.equal(settings.linesAboveTop(root), 5);
    set('cursorSurroundingLines', 3);
    set('stickyScroll.maxLineCount', 2);
    assert.equal(settings.linesAboveTop(root), 3);
    set('cursorSurroundingLines', 0);
    assert.equal(settings.linesAboveTop(root), 2);
    set('stickyScroll.enabled', false);
    assert.equal(settings.linesAboveTop(root), 0);
  });

  it('leave out invalid instances', () => {
    write('global', 'instances', [null, 7, 'https://x', {}, { url: 7 }, { url: 'ssh://x' }, { url: 'https://ok.com' }]);
    assert.equal(settings.instances().length, 1);
  });

  it('name no instance if they are not a list', () => {
    write('global', 'instances', { url: 'https://git.example.com' });
    assert.deepEqual(settings.instances(), []);
  });

  it("name a repository's remote and project, without surrounding blanks", () => {
    write('workspace', 'remote', ' upstream ');
    write('workspace', 'project', '42');
    assert.deepEqual(settings.forRepository(root.toString()), { preferred: 'upstream', project: '42' });
  });

  it('accept a project number as its ID', () => {
    write('workspace', 'project', 42);
    assert.deepEqual(settings.forRepository(root.toString()), { project: '42' });
  });

  it('say which instance entries are wrong, without revealing their content', () => {
    assert.deepEqual(settings.instanceFlaws(), []);
    write('global', 'instances', { url: 'https://x' });
    assert.deepEqual(settings.instanceFlaws(), ['The setting gitlabBuilds.instances is not a list, so it is ignored.']);
    const hosts = ['ssh.example.com', 'a b', 7];
    write('global', 'instances', [
      { url: 'https://x', hosts },
      { url: 'ssh://secret' },
      { url: 'https://y', hosts: 'z' },
    ]);
    const [setting, ignored] = ['setting gitlabBuilds.instances', 'has no valid URL, so it is ignored.'];
    assert.deepEqual(settings.instanceFlaws(), [
      `Host 2 of entry 1 of the ${setting} is not a host name.`,
      `Host 3 of entry 1 of the ${setting} is not a host name.`,
      `Entry 2 of the ${setting} ${ignored}`,
      `The hosts of entry 3 of the ${setting} are not a list.`,
    ]);
  });

  it('count a value of another type as not set', () => {
    write('workspace', 'project', 4.2);
    write('workspace', 'groupBy', 'colour');
    write('workspace', 'artifacts.directory', '');
    write('global', 'refresh.activeSeconds', '7');
    assert.deepEqual(settings.forRepository(root.toString()), {});
    assert.deepEqual([settings.groupBy(root), settings.artifactsDirectory(root)], ['stageAndStatus', '.gitlab-builds']);
    assert.equal(settings.intervals().activeSeconds, 5);
  });

  it('refresh more often after an action, unless the user sets an interval', () => {
    assert.equal(settings.soonSeconds(), 2);
    write('global', 'refresh.activeSeconds', 5);
    assert.equal(settings.soonSeconds(), 5);
  });

  it('respect the minimum seconds', () => {
    write('global', 'refresh.activeSeconds', 0.1);
    write('global', 'refresh.idleSeconds', -1);
    assert.deepEqual(settings.intervals(), { activeSeconds: 2, idleSeconds: 15 });
    for (const name of ['activeSeconds', 'idleSeconds']) write('global', `refresh.${name}`, 1e9);
    assert.deepEqual(settings.intervals(), { activeSeconds: 3600, idleSeconds: 3600 });
  });

  it('enable failure notifications if the value is unknown', () => {
    assert.equal(settings.notifications(), 'failures');
    for (const value of ['', 'ALL', 7, null, ['all']]) {
      write('global', 'notifications', value);
      assert.equal(settings.notifications(), 'failures');
    }
  });

  it('have the configured notifications, immediately', () => {
    for (const level of ['never', 'all', 'failures'] as const) {
      write('global', 'notifications', level);
      assert.equal(settings.notifications(), level);
    }
    write('workspace', 'notifications', 'never');
    assert.equal(settings.notifications(), 'never');
  });

  it('turn notifications off for the user, and also for a workspace that overrides them', async () => {
    await settings.setNotifications('never');
    const { updates } = editor().configuration;
    assert.deepEqual(updates, [
      { key: 'gitlabBuilds.notifications', value: 'never', target: ConfigurationTarget.Global },
    ]);
    write('workspace', 'notifications', 'all');
    await settings.setNotifications('never');
    assert.deepEqual(
      updates.slice(1).map(({ target }) => target),
      [ConfigurationTarget.Global, ConfigurationTarget.Workspace],
    );
    assert.equal(settings.notifications(), 'never');
  });

  it('fire an event for changes to themselves, and for nothing else', () => {
    const told: string[] = [];
    settings.onDidChangeDisplay(() => told.push('look'));
    settings.onDidChangeSource(() => told.push('source'));
    editor().configuration.set(editor().configuration.global, 'editor.fontSize', 12);
    assert.deepEqual(told, []);
    write('global', 'notifications', 'never');
    assert.deepEqual(told, []);
    write('global', 'groupBy', 'stage');
    assert.deepEqual(told, ['look']);
    for (const key of ['instances', 'remote', 'project', 'refresh.activeSeconds']) write('global', key, 'x');
    assert.deepEqual(told, ['look', 'source', 'source', 'source', 'source']);
  });
});

describe('An instance as the user entered it', () => {
  it('has its hosts in lower case, without invalid ones', () =>
    assert.deepEqual(
      toInstance({ url: 'git.example.com/gitlab/', hosts: ['ssh://git@SSH.example.com/', 7, 'a b'], apiVersion: 'v3' }),
      {
        url: 'https://git.example.com/gitlab',
        hosts: ['ssh.example.com'],
        apiVersion: 'v3',
      },
    ));

  it('has its API detected if that is not set, or wrong', () => {
    for (const apiVersion of [undefined, 'v5', 4])
      assert.equal(toInstance({ url: 'https://x.com', apiVersion })?.apiVersion, 'auto');
  });
});
