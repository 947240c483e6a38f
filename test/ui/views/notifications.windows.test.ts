import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { NoticeClaims } from '../../../src/core/session/noticeClaims';
import { FakeClock } from '../../core/support';
import { temporaryFolder } from '../../vscode/temporaryFolder';
import { editor } from '../fake/editor';
import { builds, Notifying, of, setNotifications, texts } from '../notifying';

/** Two windows of one user, of which one has the focus, with the folder that they share. */
describe('Notifications in two windows', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let clock: FakeClock;
  let [front, back]: Notifying[] = [];
  const pending: Promise<unknown>[] = [];

  /** Claims on the disk, whose end a test can await. */
  function claims(): Pick<NoticeClaims, 'claim'> {
    const real = new NoticeClaims(folder.path, clock);
    return {
      claim: (event) => {
        const claiming = real.claim(event);
        pending.push(claiming);
        return claiming;
      },
    };
  }

  beforeEach(() => {
    folder = temporaryFolder('notices-');
    clock = new FakeClock();
    [front, back] = [new Notifying(claims(), clock), new Notifying(claims(), clock)];
    back.focused = false;
  });
  afterEach(() => {
    for (const one of [front, back]) one?.notifications.dispose();
    for (const one of [front, back]) one?.dispose();
    return folder.remove();
  });

  const windows = (): readonly [Notifying, Notifying] => {
    assert.ok(front && back);
    return [front, back];
  };
  const show = (one: Notifying, ...statuses: readonly string[]) => one.show(of('one', builds(...statuses)));
  /** Time passes, and whatever is claimed then is claimed. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      await clock.pass(1000);
      for (let count = -1; count !== pending.length;) {
        count = pending.length;
        await Promise.all(pending);
        await clock.pass(0);
      }
    }
  }
  const failure = 'master · 01234567: 1 of 2 builds failed: build-1';
  const run = (...statuses: readonly string[]) => {
    for (const one of windows()) show(one, ...statuses.map(() => 'running'));
  };

  it('show one failure once, in the focused window, even if the other saw it first', async () => {
    const [focused, other] = windows();
    run('failed', 'running');
    show(other, 'failed', 'running');
    await pass(5000);
    assert.deepEqual(texts(), []);
    show(focused, 'failed', 'running');
    await pass(3000);
    assert.deepEqual(texts(), [failure]);
    await pass(60_000);
    assert.deepEqual(texts(), [failure]);
  });

  it('show it in the unfocused window if the other shows another folder', async () => {
    const [, other] = windows();
    run('failed', 'running');
    show(other, 'failed', 'running');
    await pass(9000);
    assert.deepEqual(texts(), []);
    await pass(1000);
    assert.deepEqual(texts(), [failure]);
  });

  it('lose nothing if the focused window is closed before it has shown a message', async () => {
    const [focused, other] = windows();
    run('failed', 'running');
    for (const one of [focused, other]) show(one, 'failed', 'running');
    await pass(2000);
    focused.notifications.dispose();
    await pass(10_000);
    assert.deepEqual(texts(), [failure]);
  });

  it('show nothing if the user sees it in the view of the focused window', async () => {
    const [focused, other] = windows();
    focused.inSight = true;
    run('failed', 'running');
    for (const one of [focused, other]) show(one, 'failed', 'running');
    await pass(20_000);
    assert.deepEqual(texts(), []);
  });

  it('show once what both saw fail, even if one saw more of it', async () => {
    const [focused, other] = windows();
    run('failed', 'failed', 'running');
    show(focused, 'failed', 'running', 'running');
    show(other, 'failed', 'failed', 'running');
    await pass(20_000);
    assert.deepEqual(texts(), ['master · 01234567: 1 of 3 builds failed: build-1']);
  });

  it('skip an end whose failures were shown before, and show an end with new failures', async () => {
    const [focused, other] = windows();
    run('failed', 'running');
    show(focused, 'failed', 'running');
    await pass(3000);
    show(other, 'failed', 'success');
    await pass(20_000);
    assert.deepEqual(texts(), [failure]);
    show(focused, 'failed', 'success');
    await pass(20_000);
    assert.deepEqual(texts(), [failure]);
  });

  it('show an end once', async () => {
    setNotifications('all');
    const { configuration } = editor();
    configuration.set(configuration.global, 'gitlabBuilds.notifyAt', 'both');
    run('success');
    for (const one of windows()) show(one, 'success');
    await pass(20_000);
    assert.deepEqual(texts(), ['master · 01234567: passed']);
  });

  it('claim nothing that the settings suppress', async () => {
    setNotifications('never');
    run('failed');
    for (const one of windows()) show(one, 'failed');
    await pass(20_000);
    assert.deepEqual(readdirSync(folder.path), []);
  });
});
