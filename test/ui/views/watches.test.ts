import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { window } from 'vscode';
import type { Build } from '../../../src/core/model/build';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { Report } from '../../../src/ui/report';
import { Watches } from '../../../src/ui/views/watches';
import { only, setNotifications, texts, withPage } from '../notifying';
import { aBuild, alone, hostileTexts, ready, sha, someBuilds } from '../samples';

const root = 'file:///work/project';

describe('A watched build', () => {
  const acts: (readonly unknown[])[] = [];
  let watches: Watches;
  const show = (snapshot: Snapshot) => watches.show(alone(snapshot));
  const builds = (...statuses: readonly string[]) =>
    ready(someBuilds(...statuses.map((status) => ({ status }))).map(withPage));
  beforeEach(() => {
    acts.length = 0;
    const report = new Report(window.createOutputChannel('x', { log: true }));
    watches = new Watches({ report, act: async (...command) => void acts.push(command) });
  });

  it('is announced once when it ends, whatever the setting, and offers its log', async () => {
    setNotifications('never');
    watches.add({ root, kind: 'build', id: 2 });
    show(builds('failed', 'running'));
    assert.deepEqual(texts(), []);
    show(builds('failed', 'failed'));
    show(builds('failed', 'failed'));
    assert.deepEqual([only().text, only().severity, only().buttons], ['build-2 #2 failed', 'warning', ['Show Log']]);
    only().press('Show Log');
    await nextTurn();
    assert.deepEqual(acts, [['openLog', { build: 2, repository: root }]]);
  });

  it('is announced as information if it passed', () => {
    watches.add({ root, kind: 'build', id: 1 });
    show(builds('success'));
    assert.deepEqual([only().text, only().severity], ['build-1 #1 passed', 'information']);
  });

  it('is announced for the watched attempt, even if it was retried', () => {
    watches.add({ root, kind: 'build', id: 1 });
    show(ready([aBuild({ id: 9, status: 'running', attempts: [aBuild({ status: 'canceled' })] })]));
    assert.equal(only().text, 'rspec #1 was canceled');
  });

  it('stays watched while its state is unknown, such as while another commit is shown', () => {
    watches.add({ root, kind: 'build', id: 1 });
    show({ kind: 'failed', failure: { kind: 'offline' } });
    show(ready([]));
    assert.deepEqual(texts(), []);
    show(builds('success'));
    assert.equal(texts().length, 1);
  });

  it('may be a pipeline, including its downstream pipelines', () => {
    watches.add({ root, kind: 'pipeline', id: 1 });
    const pipeline = { id: 1, ref: 'master', sha, status: '' };
    const at = (child: string): Snapshot => {
      const all: readonly Build[] = [
        aBuild({ id: 1, pipeline: 1, kind: 'bridge', downstream: 2 }),
        aBuild({ id: 2, pipeline: 2, status: child }),
        aBuild({ id: 3, pipeline: 3, status: 'running' }),
      ];
      return { ...ready(all), pipelines: [{ ...pipeline, id: 3, ref: 'v1' }, { ...pipeline, id: 2 }, pipeline] };
    };
    show(at('running'));
    assert.deepEqual(texts(), []);
    show(at('failed'));
    assert.equal(only().text, 'Pipeline #1 of master: 1 of 1 builds failed');
  });

  for (const name of hostileTexts)
    it(`has one line of plain text for ${JSON.stringify(name)}`, () => {
      watches.add({ root, kind: 'build', id: 1 });
      show(ready([aBuild({ name })]));
      assert.doesNotMatch(only().text, /\]\(|[\n\r\u2028\p{Cc}]/u);
    });
});
