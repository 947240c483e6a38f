import assert from 'node:assert/strict';
import type { Build } from '../../../src/core/model/build';
import { editor } from '../fake/editor';
import { builds, Notifying, of, only, setNotifications, texts } from '../notifying';
import { aTarget, ready, someBuilds } from '../samples';

const never = "Don't show again";

describe('Notifications', () => {
  let t: Notifying;
  beforeEach(() => (t = new Notifying()));
  afterEach(() => t.dispose());

  it('show a failure after three seconds, as a non-modal warning', async () => {
    t.end('failed', 'success', 'failed');
    await t.clock.pass(2999);
    assert.deepEqual(texts(), []);
    await t.clock.pass(1);
    const { severity, text, modal, buttons } = only();
    assert.deepEqual([severity, modal], ['warning', false]);
    assert.equal(text, 'master · 01234567: 2 of 3 builds failed: build-1, build-3');
    assert.deepEqual(buttons, ['Show Log', 'Retry Failed', never]);
  });

  it('show an end once, even if its snapshot is shown again and again', async () => {
    t.end('failed');
    for (const pause of [1000, 3000, 60_000]) {
      await t.clock.pass(pause);
      t.show(of('one', builds('failed')));
    }
    await t.clock.pass(60_000);
    assert.deepEqual(texts(), ['master · 01234567: build-1 failed']);
  });

  it('show nothing for builds that had ended at the start', async () => {
    t.show(of('one', builds('failed')));
    await t.clock.pass(10_000);
    assert.deepEqual(texts(), []);
  });

  it('continue while a message is open: nothing waits for it', async () => {
    t.end('failed');
    await t.clock.pass(3000);
    t.end('failed', 'success');
    await t.clock.pass(3000);
    assert.deepEqual(
      editor().messages.map(({ open }) => open),
      [true, true],
    );
  });

  it('name three failed builds at most', async () => {
    t.end('failed', 'failed', 'failed', 'failed');
    await t.clock.pass(3000);
    assert.equal(only().text, 'master · 01234567: 4 of 4 builds failed: build-1, build-2, build-3, …');
  });

  it('name only the commit if it is on no branch', async () => {
    const target = aTarget({ ref: undefined });
    const at = (status: string) => of('one', { ...ready(someBuilds({ status })), target });
    t.show(at('running'));
    t.show(at('failed'));
    await t.clock.pass(3000);
    assert.equal(only().text, '01234567: build-1 failed');
  });

  describe('with the setting', () => {
    const toldBy = async (value: unknown, ...statuses: readonly string[]): Promise<readonly string[]> => {
      if (value !== undefined) setNotifications(value);
      t.end(...statuses);
      await t.clock.pass(3000);
      return texts();
    };
    const failure = ['master · 01234567: build-1 failed'];

    for (const value of [undefined, 'failures', 'sometimes', 7, null])
      it(`${JSON.stringify(value)} show only failures`, async () => {
        assert.deepEqual(await toldBy(value, 'failed'), failure);
        assert.deepEqual(await toldBy(value, 'success'), failure);
        assert.deepEqual(await toldBy(value, 'canceled'), failure);
      });

    it('"never" show nothing', async () => {
      for (const status of ['failed', 'success', 'canceled']) assert.deepEqual(await toldBy('never', status), []);
    });

    it('"all" show every end, and everything except failures as information without action buttons', async () => {
      setNotifications('all');
      t.end('success', 'success');
      await t.clock.pass(3000);
      const { severity, text, buttons } = only();
      assert.deepEqual([severity, text, buttons], ['information', 'master · 01234567: passed', [never]]);
      t.end('canceled', 'success');
      await t.clock.pass(3000);
      t.end('canceled');
      await t.clock.pass(3000);
      assert.deepEqual(texts().slice(1), [
        'master · 01234567: builds were canceled',
        'master · 01234567: the build was canceled',
      ]);
    });

    it('"all" show a pass after a failure as passed again', async () => {
      await toldBy('all', 'failed');
      assert.deepEqual(await toldBy('all', 'success'), [...failure, 'master · 01234567: passed again']);
    });

    it('changed between an end and its message follow the new value', async () => {
      t.end('failed');
      setNotifications('never');
      await t.clock.pass(3000);
      assert.deepEqual(texts(), []);
      t.end('success');
      setNotifications('all');
      await t.clock.pass(3000);
      assert.equal(texts().length, 1);
    });
  });

  describe('at the first failure', () => {
    const at = (...statuses: readonly string[]) => t.show(of('one', builds(...statuses)));
    const setMoment = (value: unknown) => {
      const { configuration } = editor();
      configuration.set(configuration.global, 'gitlabBuilds.notifyAt', value);
    };
    const first = 'master · 01234567: 1 of 3 builds failed: build-1';

    it('show it while others run, and nothing more at the end', async () => {
      at('running', 'running', 'running');
      at('failed', 'running', 'running');
      await t.clock.pass(3000);
      assert.deepEqual(texts(), [first]);
      at('failed', 'success', 'success');
      await t.clock.pass(3000);
      assert.deepEqual(texts(), [first]);
    });

    it('count in one line at the end what has failed since', async () => {
      at('running', 'running', 'running');
      at('failed', 'running', 'running');
      await t.clock.pass(3000);
      at('failed', 'failed', 'running');
      await t.clock.pass(10_000);
      at('failed', 'failed', 'success');
      await t.clock.pass(3000);
      assert.deepEqual(texts(), [first, 'master · 01234567: 1 more build failed, 2 of 3 in all']);
    });

    it('show failures within three seconds together, including the final one', async () => {
      at('running', 'running', 'running');
      at('failed', 'running', 'running');
      await t.clock.pass(1000);
      at('failed', 'failed', 'running');
      await t.clock.pass(2000);
      assert.equal(only().text, 'master · 01234567: 2 of 3 builds failed: build-1, build-2');
      at('failed', 'failed', 'success');
      await t.clock.pass(3000);
      assert.equal(texts().length, 1);
    });

    it('show a failure and the end right after it once', async () => {
      at('running', 'running', 'running');
      at('failed', 'running', 'running');
      at('failed', 'failed', 'success');
      await t.clock.pass(3000);
      assert.equal(only().text, 'master · 01234567: 2 of 3 builds failed: build-1, build-2');
    });

    it('show nothing for a build that is retried automatically within the three seconds', async () => {
      at('running', 'running');
      at('failed', 'running');
      at('running', 'running');
      await t.clock.pass(10_000);
      assert.deepEqual(texts(), []);
    });

    it('show nothing, now or later, while the view is visible', async () => {
      at('running', 'running');
      t.inSight = true;
      at('failed', 'running');
      t.inSight = false;
      at('failed', 'success');
      await t.clock.pass(10_000);
      assert.deepEqual(texts(), []);
    });

    it('wait for the end if the setting is "end", and show both if it is "both"', async () => {
      for (const [value, expected] of [
        ['end', [2]],
        ['both', [1, 2]],
      ] as const) {
        setMoment(value);
        const before = texts().length;
        at('running', 'running', 'running');
        at('failed', 'running', 'running');
        await t.clock.pass(3000);
        at('failed', 'failed', 'success');
        await t.clock.pass(3000);
        const counts = texts()
          .slice(before)
          .map((text) => Number(/(\d) of 3 builds failed/.exec(text)?.[1]));
        assert.deepEqual(counts, expected, value);
      }
    });

    it('name the commit by its title, as plain text', async () => {
      const commit = { sha: aTarget().sha, title: 'Fix $(flame) the [oven](command:x)', author: 'Ada' };
      const named = (status: string) => of('one', ready(someBuilds({ status, commit }, { status: 'running' })));
      t.show(named('running'));
      t.show(named('failed'));
      await t.clock.pass(3000);
      assert.equal(
        only().text,
        'master · Fix $\u2060(flame) the [oven]\u2060(command:x): 1 of 2 builds failed: build-1',
      );
    });
  });

  describe('while the view is visible', () => {
    it('show nothing, and nothing later', async () => {
      t.inSight = true;
      t.end('failed');
      t.inSight = false;
      await t.clock.pass(10_000);
      assert.deepEqual(texts(), []);
    });

    it('show nothing if it became visible since the end', async () => {
      t.end('failed');
      t.inSight = true;
      await t.clock.pass(10_000);
      t.inSight = false;
      await t.clock.pass(10_000);
      assert.deepEqual(texts(), []);
    });

    it('show the next end once it is hidden', async () => {
      t.inSight = true;
      t.end('failed');
      await t.clock.pass(10_000);
      t.inSight = false;
      t.end('failed', 'success');
      await t.clock.pass(3000);
      assert.equal(texts().length, 1);
    });
  });

  it('show nothing for a build that GitLab retries automatically within the three seconds', async () => {
    t.end('failed');
    await t.clock.pass(2000);
    t.show(of('one', builds('running')));
    await t.clock.pass(10_000);
    assert.deepEqual(texts(), []);
    t.show(of('one', builds('failed', 'success')));
    await t.clock.pass(3000);
    assert.equal(only().text, 'master · 01234567: 1 of 2 builds failed: build-1');
  });

  it('include a commit that was left since its end, and nothing about its successor', async () => {
    t.end('failed');
    const target = aTarget({ sha: 'f'.repeat(40) });
    t.show(of('one', { ...ready(someBuilds({ status: 'running' })), target }));
    await t.clock.pass(3000);
    assert.equal(only().text, 'master · 01234567: build-1 failed');
  });

  it('show nothing for a repository that was closed since, or for its old state when it is opened again', async () => {
    t.end('failed');
    t.show();
    await t.clock.pass(10_000);
    t.show(of('one', builds('running')));
    t.show();
    t.show(of('one', builds('failed')));
    await t.clock.pass(10_000);
    assert.deepEqual(texts(), []);
  });

  it('show nothing after the extension is deactivated', async () => {
    t.end('failed');
    t.notifications.dispose();
    await t.clock.pass(10_000);
    assert.deepEqual(texts(), []);
  });

  describe('for several repositories', () => {
    const names = ['api', 'docs', 'tools', 'web', 'zoo'];
    const showAll = (...statuses: readonly string[]): void =>
      t.show(...statuses.map((status, index) => of(names[index] ?? '', builds(status, 'success'))));

    it('that end within three seconds are combined in one message, starting with the first failure', async () => {
      setNotifications('all');
      showAll('running', 'running', 'running');
      showAll('success', 'running', 'running');
      await t.clock.pass(1000);
      showAll('success', 'failed', 'running');
      await t.clock.pass(1999);
      assert.deepEqual(texts(), []);
      await t.clock.pass(1);
      assert.equal(
        only().text,
        'docs · master · 01234567: 1 of 2 builds failed: build-1; api · master · 01234567: passed',
      );
      assert.equal(only().severity, 'warning');
      showAll('success', 'failed', 'failed');
      await t.clock.pass(3000);
      assert.equal(texts().at(-1), 'tools · master · 01234567: 1 of 2 builds failed: build-1');
    });

    it('name three, and count the others', async () => {
      showAll(...names.map(() => 'running'));
      showAll(...names.map(() => 'failed'));
      await t.clock.pass(3000);
      assert.match(only().text, /^api · .*; docs · .*; tools · [^;]*; and 2 more$/);
    });

    it('include only those that the setting names', async () => {
      showAll('running', 'running');
      showAll('success', 'failed');
      await t.clock.pass(3000);
      assert.equal(only().text, 'docs · master · 01234567: 1 of 2 builds failed: build-1');
    });

    it('can retry all failures, each in its repository, and show the log of the first', async () => {
      showAll('running', 'running');
      showAll('failed', 'failed');
      await t.clock.pass(3000);
      await t.press('Retry Failed');
      const [[command, first, all] = []] = t.acts;
      const rows = all as readonly { readonly root: string; readonly node: { readonly build: Build } }[];
      assert.deepEqual([command, first], ['retryFailed', rows[0]]);
      assert.deepEqual(
        rows.map(({ root, node }) => [root, node.build.id]),
        [
          ['file:///api', 1],
          ['file:///docs', 1],
        ],
      );
    });
  });
});
