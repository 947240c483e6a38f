/** The platform's time and timers; tests inject their own. */
export interface Clock {
  now(): number;
  setTimeout(action: () => void, ms: number): NodeJS.Timeout;
  clearTimeout(timeout: NodeJS.Timeout): void;
}

export const systemClock: Clock = { now: () => Date.now(), setTimeout, clearTimeout };

/**
 * Longest single timeout in ms. Timeouts pause while the computer sleeps, so a long wait is split to end soon after
 * waking up.
 */
const sliceMs = 20_000;

/** A single timeout that can be re-armed. */
export class Timer {
  private timeout: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  arm(ms: number | undefined, action: () => void): void {
    this.disarm();
    if (ms !== undefined) this.wait(Math.max(ms, 0), action);
  }

  disarm(): void {
    if (this.timeout !== undefined) this.clock.clearTimeout(this.timeout);
    this.timeout = undefined;
  }

  private wait(left: number, action: () => void): void {
    const [began, slice] = [this.clock.now(), Math.min(left, sliceMs)];
    this.timeout = this.clock.setTimeout(() => {
      this.timeout = undefined;
      // Count at least the slice, in case the clock was set back.
      const passed = Math.max(this.clock.now() - began, slice);
      if (passed >= left) action();
      else this.wait(left - passed, action);
    }, slice);
  }
}
