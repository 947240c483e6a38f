import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting {
  readonly folder: string;
  readonly start: () => void;
}

/**
 * Limits how many git processes run at a time, and starts at most one per turn of the event loop: to start one, the
 * system copies the memory map of the extension host, which blocks it for 10 ms at 250 MB, and a window with sixty
 * repositories wants hundreds of them at once. Those of the preferred folder run first, then those of the folder that
 * came first: so repositories become ready one after another, not all at the end.
 */
export class GitQueue {
  private readonly waiting: Waiting[] = [];
  /** Folders in order of arrival, since no process was running. */
  private readonly folders = new Set<string>();
  private running = 0;
  private startedInThisTurn = false;

  /** @param preferred the folder of the repository that the user looks at */
  constructor(
    private readonly preferred: () => string | undefined,
    private readonly limit = 4,
  ) {}

  async run<T>(folder: string, work: () => Promise<T>): Promise<T> {
    this.folders.add(folder);
    if (this.running >= this.limit) await new Promise<void>((start) => this.waiting.push({ folder, start }));
    else this.running += 1;
    try {
      while (this.startedInThisTurn) await nextTurn();
      this.markStart();
      return await work();
    } finally {
      this.next();
    }
  }

  private markStart(): void {
    this.startedInThisTurn = true;
    setImmediate(() => (this.startedInThisTurn = false));
  }

  /** Starts the next waiting process in place of the one that has ended. */
  private next(): void {
    const one = this.takeFirst();
    if (one !== undefined) one.start();
    else if (--this.running === 0) this.folders.clear();
  }

  private takeFirst(): Waiting | undefined {
    for (const first of [this.preferred(), ...this.folders]) {
      const at = this.waiting.findIndex(({ folder }) => folder === first);
      if (at >= 0) return this.waiting.splice(at, 1)[0];
    }
    return undefined;
  }
}
