import type { Disposable } from '../../core/util/emitter';
import { Timer, type Clock } from '../../core/util/timer';
import type { RowClockPort } from '../tree/rowClock';
import type { Row } from '../tree/treeRows';
import { expiryWords, untilOtherWords } from './expiry';

/** Updates rows as the expiry of their artifacts approaches. No timer runs while the view is hidden. */
export class ExpiryClock implements Disposable {
  private readonly timer: Timer;
  /** When the rows were last known to be up to date, in ms since 1970. */
  private checkedAt: number;
  /** Until when the rows remain correct, in ms since 1970. */
  private goodUntil = -Infinity;

  constructor(
    private readonly port: RowClockPort,
    private readonly clock: Clock,
  ) {
    this.timer = new Timer(clock);
    this.checkedAt = clock.now();
  }

  /** Called when the rows or their visibility may have changed. */
  onVisibilityChange(): void {
    if (!this.port.visible()) {
      this.timer.disarm();
      this.goodUntil = -Infinity;
      return;
    }
    const [before, now, rows] = [this.checkedAt, this.clock.now(), this.port.rows()];
    this.checkedAt = now;
    const others = now < this.goodUntil ? [] : rows.filter((row) => wordsAt(row, before) !== wordsAt(row, now));
    if (others.length > 0) this.port.redraw(others);
    let next = Infinity;
    for (const row of rows) next = Math.min(next, untilOtherWords(expireAtOf(row), now) ?? Infinity);
    this.goodUntil = now + next;
    this.timer.arm(next === Infinity ? undefined : next, () => this.onVisibilityChange());
  }

  dispose(): void {
    this.timer.disarm();
  }
}

function wordsAt(row: Row, time: number): string | undefined {
  return expiryWords(expireAtOf(row), time);
}

function expireAtOf({ node }: Row): string | undefined {
  return node.kind === 'artifacts' ? node.build.artifacts?.expireAt : undefined;
}
