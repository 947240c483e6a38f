import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/** Polls until there is a value; after the limit, fails with the name of what never came. */
export async function until<T>(what: string, look: () => T | undefined | false, limitMs = 20_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Never came: ${what}`);
    await sleep(2);
  }
}

/** Turns of the event loop within which whatever was begun has reached the fake GitLab, which is in this process. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await nextTurn();
}
