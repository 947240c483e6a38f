import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/util/emitter';

describe('Emitter', () => {
  it('calls listeners in their order until they are disposed of', () => {
    const emitter = new Emitter<number>();
    const calls: string[] = [];
    const first = emitter.event((value) => calls.push(`first ${value}`));
    emitter.event((value) => calls.push(`second ${value}`));
    emitter.fire(1);
    first.dispose();
    emitter.fire(2);
    emitter.dispose();
    emitter.fire(3);
    assert.deepEqual(calls, ['first 1', 'second 1', 'second 2']);
  });

  it('registers the same function twice', () => {
    const emitter = new Emitter<void>();
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const first = emitter.event(listener);
    emitter.event(listener);
    first.dispose();
    emitter.fire();
    assert.equal(calls, 1);
  });

  it('calls the other listeners when one throws, and does not hide the error', async () => {
    const emitter = new Emitter<void>();
    const calls: string[] = [];
    emitter.event(() => {
      throw new Error('of a listener');
    });
    emitter.event(() => calls.push('other'));
    const handlers = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const thrown = new Promise<Error>((resolve) => process.once('uncaughtException', resolve));
    try {
      emitter.fire();
      assert.deepEqual(calls, ['other']);
      assert.equal((await thrown).message, 'of a listener');
    } finally {
      for (const handler of handlers) process.on('uncaughtException', handler);
    }
  });
});
