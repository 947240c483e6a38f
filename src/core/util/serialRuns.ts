/** Runs work one at a time: calls while it runs share one further run, which begins after all of them. */
export class SerialRuns<T> {
  private last: Promise<unknown> = Promise.resolve();
  private next: Promise<T> | undefined;

  /** @param work must not reject */
  constructor(private readonly work: () => Promise<T>) {}

  /** Resolves with the result of a run that begins after the call. */
  run(): Promise<T> {
    this.next ??= this.start();
    return this.next;
  }

  private start(): Promise<T> {
    const run = this.last.then(() => {
      this.next = undefined;
      return this.work();
    });
    this.last = run;
    return run;
  }
}
