import assert from 'node:assert/strict';
import { GitQueue } from '../../../src/core/git/gitQueue';
import { settled } from '../support';

describe('The git queue', () => {
  let started: string[];
  let ends: (() => void)[];
  let preferred: string | undefined;
  let queue: GitQueue;
  const add = (folder: string): Promise<string> =>
    queue.run(folder, async () => {
      started.push(folder);
      await new Promise<void>((resolve) => ends.push(resolve));
      return folder;
    });
  const endOne = async (): Promise<void> => {
    ends.shift()?.();
    await turns();
  };
  /** Enough turns of the event loop for all that may start. */
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await settled();
  };

  beforeEach(() => {
    [started, ends, preferred] = [[], [], undefined];
    queue = new GitQueue(() => preferred, 2);
  });

  it('runs a few processes at a time, in order of arrival', async () => {
    const all = ['a', 'b', 'c', 'd'].map(add);
    await turns();
    assert.deepEqual(started, ['a', 'b']);
    await endOne();
    assert.deepEqual(started, ['a', 'b', 'c']);
    while (ends.length > 0) await endOne();
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd']);
  });

  it("runs the preferred folder's processes first, even if the preferred folder has changed meanwhile", async () => {
    for (const folder of ['a', 'b', 'c', 'd', 'e', 'd']) void add(folder);
    preferred = 'd';
    while (ends.length > 0) await endOne();
    assert.deepEqual(started, ['a', 'b', 'd', 'd', 'c', 'e']);
  });

  it('finishes with one folder before it starts on the next, so that not every folder waits until the end', async () => {
    const again = async (folder: string) => {
      await add(folder);
      await add(folder);
    };
    for (const folder of ['a', 'b', 'c', 'd']) void again(folder);
    while (ends.length > 0) await endOne();
    assert.deepEqual(started, ['a', 'b', 'c', 'a', 'b', 'c', 'd', 'd']);
  });

  it('continues after a failure, and has room again once all have ended', async () => {
    const failing = () => Promise.reject(new Error('no'));
    await Promise.all([1, 2, 3].map(() => assert.rejects(queue.run('a', failing))));
    for (const folder of ['a', 'b', 'c']) void add(folder);
    await turns();
    assert.deepEqual(started, ['a', 'b']);
  });

  it('starts the first process immediately, and no two in one turn of the event loop', async () => {
    queue = new GitQueue(() => preferred, 4);
    let [inThisTurn, most] = [0, 0];
    const start = (folder: string): Promise<void> =>
      queue.run(folder, async () => {
        started.push(folder);
        most = Math.max(most, ++inThisTurn);
        setImmediate(() => (inThisTurn = 0));
        await new Promise<void>((resolve) => ends.push(resolve));
      });
    for (const folder of ['a', 'b', 'c', 'd', 'e']) void start(folder);
    assert.deepEqual(started, ['a']);
    await turns();
    assert.deepEqual([started, most], [['a', 'b', 'c', 'd'], 1]);
  });
});
