import type { Disposable } from '../../core/util/emitter';
import { Timer, type Clock } from '../../core/util/timer';
import type { Row } from './treeRows';

/** The rows that show something that changes with time. */
export interface RowClockPort {
  readonly rows: () => readonly Row[];
  readonly visible: () => boolean;
  readonly redraw: (rows: Row[]) => void;
}

const minute = 60_000;

/**
 * Updates the durations of running builds, each row once a minute: VS Code removes hover and buttons from a redrawn
 * row. No timer runs while nothing is running or the view is hidden.
 */
export class RowClock implements Disposable {
  private readonly timer: Timer;
  /** When the rows were last known to be up to date, in ms since 1970. */
  private checkedAt: number;

  constructor(
    private readonly port: RowClockPort,
    private readonly clock: Clock,
  ) {
    this.timer = new Timer(clock);
    this.checkedAt = clock.now();
  }

  /** Called when running builds or the view's visibility may have changed. */
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

  /** Redraws rows whose minutes have changed since the last check, if the view is visible. */
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

  /** When the row's text changes next after the last check, in ms since 1970. */
  private nextMinute(row: Row): number {
    return startOf(row) + (minutesAt(row, this.checkedAt) + 1) * minute;
  }
}

/** Full minutes since the start of the row's build. */
function minutesAt(row: Row, time: number): number {
  return Math.max(0, Math.floor((time - startOf(row)) / minute));
}

/** Start in ms since 1970; Infinity if it can't be parsed. */
function startOf({ node }: Row): number {
  const start = 'build' in node ? Date.parse(node.build.startedAt ?? '') : NaN;
  return Number.isNaN(start) ? Infinity : start;
}

/** Minimum interval between redraws in ms; longer with more rows to check. */
function leastPause(running: number): number {
  if (running <= 20) return 0;
  return running <= 300 ? 5000 : 30_000;
}
