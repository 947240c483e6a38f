import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { editor } from '../fake/editor';
import { builds, Notifying, of, only, setNotifications, texts, withPage } from '../notifying';
import { aTarget, hostileTexts, ready, someBuilds } from '../samples';

const never = "Don't show again";

describe('Notifications, in their message and on the view,', () => {
  let t: Notifying;
  beforeEach(() => (t = new Notifying()));
  afterEach(() => t.dispose());

  describe('offer', () => {
    it('the log of the first failed build', async () => {
      t.end('success', 'failed', 'failed');
      await t.clock.pass(3000);
      await t.press('Show Log');
      assert.deepEqual(t.acts, [['openLog', { build: 2, repository: 'file:///one' }]]);
    });

    it('to retry failed builds, as rows like those in the view', async () => {
      t.end('success', 'failed', 'failed');
      await t.clock.pass(3000);
      await t.press('Retry Failed');
      const [second, third] = someBuilds({}, { status: 'failed' }, { status: 'failed' }).slice(1).map(withPage);
      const rows = [second, third].map((build) => ({
        root: 'file:///one',
        node: { kind: 'build', id: `build:${build?.id}`, build, children: [] },
      }));
      assert.deepEqual(t.acts, [['retryFailed', rows[0], rows]]);
    });

    it('nothing to retry for a read-only token, or if GitLab is known not to allow it', async () => {
      const ended = ready(someBuilds({ status: 'failed', denied: ['retry'] }));
      t.show(of('one', builds('running')));
      t.show(of('one', ended));
      await t.clock.pass(3000);
      assert.deepEqual(only().buttons, [never]);
      t.show(of('one', builds('running')));
      t.show(of('one', { ...ready(someBuilds({ status: 'failed' }).map(withPage)), readOnly: true }));
      await t.clock.pass(3000);
      assert.deepEqual(editor().messages[1]?.buttons, ['Show Log', never]);
    });

    it("to never be shown again, which changes the user's settings immediately", async () => {
      t.end('failed');
      await t.clock.pass(3000);
      await t.press(never);
      assert.deepEqual(editor().configuration.updates, [
        { key: 'gitlabBuilds.notifications', value: 'never', target: 1 },
      ]);
      t.end('failed');
      await t.clock.pass(3000);
      assert.equal(texts().length, 1);
      assert.deepEqual(t.acts, []);
    });

    it('no action for closing them', async () => {
      t.end('failed');
      await t.clock.pass(3000);
      only().close();
      await nextTurn();
      assert.deepEqual([t.acts, editor().configuration.updates], [[], []]);
    });

    it("to never be shown again, and say so in one sentence if the settings can't be written", async () => {
      t.settings.setNotifications = () => Promise.reject(new Error('settings.json is read-only'));
      t.end('failed');
      await t.clock.pass(3000);
      await t.press(never);
      assert.deepEqual(texts().slice(1), ['Something went wrong in GitLab Builds (settings.json is read-only).']);
    });
  });

  for (const text of hostileTexts)
    it(`are one line of plain text for the name ${JSON.stringify(text)}`, async () => {
      const target = aTarget({ ref: text });
      const at = (status: string) => ({ ...ready(someBuilds({ status, name: text }, { status, name: text })), target });
      t.show(of('other', undefined), of(text, at('running')));
      t.show(of('other', undefined), of(text, at('failed')));
      await t.clock.pass(3000);
      assert.doesNotMatch(only().text, /\]\(|\$\(|[\n\r\u2028\p{Cc}]/u);
      assert.match(only().text, / · 01234567: 2 of 2 builds failed: ./);
    });

  it('show configuration errors as plain text', async () => {
    const yamlErrors = `jobs:x $(flame) [a](command:b) ${'odd '.repeat(100)}`;
    const pipelines = [{ id: 1, ref: 'master', sha: 'f'.repeat(40), status: 'failed', yamlErrors }];
    t.show(of('one', ready([])));
    t.show(of('one', { ...ready([]), pipelines }));
    await t.clock.pass(3000);
    assert.match(
      only().text,
      /^master · 01234567: the pipeline failed: jobs:x \$\u2060\(flame\) \[a\]\u2060\(command:b\) odd /,
    );
    assert.ok(only().text.length < 300);
    assert.deepEqual(only().buttons, [never]);
  });

  it('shorten long names, without breaking a character', async () => {
    const name = '🦊'.repeat(300);
    const at = (status: string) => of('one', ready(someBuilds({ status, name })));
    t.show(at('running'));
    t.show(at('failed'));
    await t.clock.pass(3000);
    assert.equal(only().text, `master · 01234567: ${'🦊'.repeat(39)}… failed`);
  });

  describe('the badge', () => {
    it('counts the failing builds of all repositories, in words too, and disappears when there are none', () => {
      t.show(of('one', builds('failed', 'success')));
      t.show(of('one', builds('failed', 'success')), of('two', builds('failed', 'failed')));
      t.show(of('one', builds('success')), of('two', builds('running')));
      assert.deepEqual(t.badges, [
        { value: 1, tooltip: '1 build has failed' },
        { value: 3, tooltip: '3 builds have failed' },
        undefined,
      ]);
    });

    it("is set only when it changes, whatever the setting and the view's visibility", () => {
      setNotifications('never');
      t.inSight = true;
      t.show(of('one', builds('success')));
      assert.deepEqual(t.badges, []);
      for (let times = 0; times < 3; times += 1) t.show(of('one', builds('failed')));
      assert.equal(t.badges.length, 1);
    });

    it('counts the commit that the tree shows, whichever it is and however old', () => {
      const failing = ready(someBuilds({ status: 'failed' }, { status: 'failed', allowFailure: true }));
      const count = () => t.badges.splice(0).map((badge) => badge?.value);
      t.show(of('one', { ...failing, target: aTarget({ pinned: true }) }));
      assert.deepEqual(count(), [1]);
      t.show(of('one', builds('success')));
      t.show(of('one', { ...failing, ancestor: { sha: 'f'.repeat(40), back: 1 } }));
      assert.deepEqual(count(), [undefined, 1]);
      t.show(of('one', builds('success')));
      t.show(of('one', { ...failing, stale: { asOf: 0 } }));
      assert.deepEqual(count(), [undefined, 1]);
      t.show(of('one', { kind: 'loading', target: aTarget() }));
      assert.deepEqual(count(), [undefined]);
    });

    it('is removed when its repository is closed', () => {
      t.show(of('one', builds('failed')));
      t.show();
      assert.deepEqual(t.badges.at(-1), undefined);
      assert.equal(t.badges.length, 2);
    });
  });
});
