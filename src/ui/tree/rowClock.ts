import type { Disposable } from 'vscode';
import { Timer, type Clock } from '../../core/util/timer';
import type { Row } from './treeRows';

export interface RowClockPort {
  /** Those that show for how many minutes a build has been running. */
  readonly rows: () => readonly Row[];
  readonly visible: () => boolean;
  readonly redraw: (rows: Row[]) => void;
}

const minute = 60_000;

/**
 * Lets the times of running builds run on, a row when its minute is over: VS Code takes hover and buttons away from a row
 * that is redrawn. None runs, or nobody looks, no timer.
 */
export class RowClock implements Disposable {
  private readonly timer: Timer;
  /** When the rows were found to show what they should, in ms since 1970. */
  private checkedAt: number;

  constructor(
    private readonly port: RowClockPort,
    private readonly clock: Clock,
  ) {
    this.timer = new Timer(clock);
    this.checkedAt = clock.now();
  }

  /** What runs, or whether the view is in sight, may have changed. */
  onVisibilityChange(): void {
    const rows = this.port.visible() ? this.port.rows() : [];
    let next = Infinity;
    for (const row of rows) next = Math.min(next, this.nextMinute(row));
    if (next === Infinity) {
      this.timer.disarm();
      return;
    }
    const due = Math.max(next, this.checkedAt + leastPause(rows.length));
    this.timer.arm(Math.max(due - this.clock.now(), 0), () => this.check());
  }

  /** Redraws the rows that would show another minute than when they were checked last, if anybody looks. */
  check(): void {
    if (!this.port.visible()) {
      this.timer.disarm();
      return;
    }
    const [before, now] = [this.checkedAt, this.clock.now()];
    this.checkedAt = now;
    const others = this.port.rows().filter((row) => minutesAt(row, before) !== minutesAt(row, now));
    if (others.length > 0) this.port.redraw(others);
    this.onVisibilityChange();
  }

  dispose(): void {
    this.timer.disarm();
  }

  /** In ms since 1970, after the last check. */
  private nextMinute(row: Row): number {
    return startOf(row) + (minutesAt(row, this.checkedAt) + 1) * minute;
  }
}

/** Whole ones since the start of its build. */
function minutesAt(row: Row, time: number): number {
  return Math.max(0, Math.floor((time - startOf(row)) / minute));
}

/** In ms since 1970; of a time that cannot be read, never. */
function startOf({ node }: Row): number {
  const start = 'build' in node ? Date.parse(node.build.startedAt ?? '') : NaN;
  return Number.isNaN(start) ? Infinity : start;
}

/** Between two redraws, in ms; the more rows there are to look through, the longer. */
function leastPause(running: number): number {
  if (running <= 20) return 0;
  return running <= 300 ? 5000 : 30_000;
}
