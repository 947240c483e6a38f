import type { Disposable } from 'vscode';
import { Timer, type Clock } from '../../core/util/timer';

export interface RowClockPort {
  /** How many rows show a time that runs on. */
  readonly running: () => number;
  readonly visible: () => boolean;
  readonly redraw: () => void;
}

/** Lets the times of running builds run on: none runs, or nobody looks, no timer. */
export class RowClock implements Disposable {
  private readonly timer: Timer;
  /** Seconds; undefined: not armed. */
  private armed: number | undefined;

  constructor(
    private readonly port: RowClockPort,
    clock: Clock,
  ) {
    this.timer = new Timer(clock);
  }

  /** What runs, or whether the view is in sight, may have changed. */
  onVisibilityChange(): void {
    const seconds = this.port.visible() ? tickSeconds(this.port.running()) : undefined;
    // Armed anew with every refresh it would never come to fire.
    if (seconds === this.armed) return;
    this.arm(seconds);
  }

  dispose(): void {
    this.arm(undefined);
  }

  private arm(seconds: number | undefined): void {
    this.armed = seconds;
    this.timer.arm(seconds === undefined ? undefined : seconds * 1000, () => {
      this.armed = undefined;
      this.port.redraw();
      this.onVisibilityChange();
    });
  }
}

/** Seconds between two; the more rows there are to draw, the longer. */
function tickSeconds(running: number): number | undefined {
  if (running === 0) return undefined;
  if (running <= 20) return 1;
  return running <= 300 ? 5 : 30;
}
