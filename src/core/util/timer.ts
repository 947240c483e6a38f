/** The time and the timer functions of the platform; tests pass their own. */
export interface Clock {
  now(): number;
  setTimeout(action: () => void, ms: number): NodeJS.Timeout;
  clearTimeout(timeout: NodeJS.Timeout): void;
}

export const systemClock: Clock = { now: () => Date.now(), setTimeout, clearTimeout };

/**
 * A timeout stands still while the computer sleeps, but the clock goes on. So a long wait is cut: it ends at most so
 * long after waking up.
 */
const sliceMs = 20_000;

/** One timeout, re-armed; there is never a second. */
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
      // At least the slice: a clock that was set back makes no wait longer.
      const passed = Math.max(this.clock.now() - began, slice);
      if (passed >= left) action();
      else this.wait(left - passed, action);
    }, slice);
  }
}
