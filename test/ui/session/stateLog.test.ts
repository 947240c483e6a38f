import assert from 'node:assert/strict';
import { StateLog } from '../../../src/ui/session/stateLog';
import type { Snapshot } from '../../../src/core/model/snapshot';
import { appsInTests } from '../eachApp';
import { editor } from '../fake/editor';
import { alone, aTarget, ready, someBuilds } from '../samples';

describe('The state log', () => {
  const told = (...snapshots: readonly Snapshot[]): readonly string[] => {
    const lines: string[] = [];
    const log = new StateLog({ info: (line: string) => void lines.push(line) }, () => ({ version: '18.9.0' }));
    for (const snapshot of snapshots) log.show(alone(snapshot));
    return lines.map((line) => line.replace(/^[^:]*: /, ''));
  };
  const place = 'project group/project on https://git.example.com, GitLab 18.9.0, API v3';

  it('contains version, API, project and state, and each change of them once', () => {
    const running = ready(someBuilds({ status: 'running' }, {}));
    const failed = ready(someBuilds({ status: 'failed' }, {}));
    assert.deepEqual(told({ kind: 'loading', target: aTarget() }, running, { ...running }, failed, failed), [
      `master 01234567 is running, 0 of 2 builds failed; ${place}`,
      `master 01234567 is failed, 1 of 2 builds failed; ${place}`,
    ]);
  });

  it('says what is wrong if there are no builds to speak of', () => {
    const failure = { kind: 'offline', host: 'git.example.com' } as const;
    assert.deepEqual(
      told(
        { kind: 'noProject', reason: 'noRemote' },
        { kind: 'signedOut', url: 'https://git.example.com', known: true },
        { kind: 'failed', failure },
        { ...ready([]), stale: { asOf: 1, failure } },
      ),
      [
        'no project (noRemote)',
        'not signed in to https://git.example.com',
        'unavailable (offline)',
        'out of date (offline)',
      ],
    );
  });

  describe('of the extension', () => {
    const apps = appsInTests();

    it('has a line for what is shown, and one for a failure, however often it is retried', async () => {
      const app = await apps.ready({ gitlab: { profile: '18.9' } });
      const info = () => editor().log.flatMap(({ level, text }) => (level === 'info' ? [text] : []));
      assert.ok(
        info().some((line) => /GitLab 18\.9\S*, API v4$/.test(line)),
        info().join('\n'),
      );
      await app.gitlab.close();
      await app.api.refresh();
      await app.api.refresh();
      const warnings = editor().log.filter(({ text }) => text.startsWith('Refresh failed'));
      assert.equal(warnings.length, 1);
      assert.equal(info().filter((line) => line.includes('out of date')).length, 1);
    });
  });
});
