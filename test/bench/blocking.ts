/**
 * How long work keeps others waiting. Of the time of the wall and that of the processor the shorter counts: while the
 * system gives the processor to another process, it is not the work that takes it.
 */
export class Blocking {
  longestMs = 0;
  private began = performance.now();
  private used = process.cpuUsage();

  begin(): void {
    this.began = performance.now();
    this.used = process.cpuUsage();
  }

  /** Milliseconds since `begin`. */
  end(): number {
    const { user, system } = process.cpuUsage(this.used);
    const ms = Math.min(performance.now() - this.began, (user + system) / 1000);
    this.longestMs = Math.max(this.longestMs, ms);
    return ms;
  }

  /** Measures every turn of the event loop until the work is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    let goes = true;
    const turn = (): void => {
      this.end();
      this.begin();
      if (goes) setImmediate(turn);
    };
    this.begin();
    setImmediate(turn);
    return work().finally(() => (goes = false));
  }
}
