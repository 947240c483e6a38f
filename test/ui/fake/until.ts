import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what is on its way: looks until there is something, and says what never came. */
export async function until<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 8000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Never came: ${what}`);
    await sleep(2);
  }
}
