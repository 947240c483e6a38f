interface Waiting {
  readonly folder: string;
  readonly start: () => void;
}

/**
 * Limits how many git processes run at a time. Starting one takes milliseconds, and a window with sixty repositories
 * wants hundreds of them at once. Those of the preferred folder run first, the others in order of arrival.
 */
export class GitQueue {
  private readonly waiting: Waiting[] = [];
  private running = 0;

  /** @param preferred the folder of the repository that the user looks at */
  constructor(
    private readonly preferred: () => string | undefined,
    private readonly limit = 4,
  ) {}

  async run<T>(folder: string, work: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) await new Promise<void>((start) => this.waiting.push({ folder, start }));
    else this.running += 1;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  /** Starts the next waiting process in place of the one that has ended. */
  private next(): void {
    const preferred = this.preferred();
    const at = this.waiting.findIndex(({ folder }) => folder === preferred);
    const [one] = this.waiting.splice(Math.max(at, 0), 1);
    if (one === undefined) this.running -= 1;
    else one.start();
  }
}
