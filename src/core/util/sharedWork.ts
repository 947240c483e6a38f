interface Run<T> {
  readonly result: Promise<T>;
  readonly ending: AbortController;
  waiting: number;
}

/**
 * Shares one run of a task among all callers while it is running, and cancels it when nobody is waiting for it anymore.
 */
export class SharedWork<T> {
  private run: Run<T> | undefined;

  /** Rejects like the work, or with the signal's reason once it is aborted. */
  async join(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const run = (this.run ??= this.start(work));
    run.waiting += 1;
    let leave = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an abort's reason may be anything
      leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave);
    });
    try {
      return await Promise.race([run.result, aborted]);
    } finally {
      signal.removeEventListener('abort', leave);
      run.waiting -= 1;
      if (run.waiting === 0 && this.run === run) this.end(run);
    }
  }

  private start(work: (signal: AbortSignal) => Promise<T>): Run<T> {
    const ending = new AbortController();
    const result = work(ending.signal);
    const run = { result, ending, waiting: 0 };
    // Later callers start again, also after a failure.
    const over = (): void => this.forget(run);
    result.then(over, over);
    return run;
  }

  private end(run: Run<T>): void {
    this.forget(run);
    run.ending.abort();
  }

  private forget(run: Run<T>): void {
    if (this.run === run) this.run = undefined;
  }
}
