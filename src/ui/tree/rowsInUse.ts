import type { Clock } from '../../core/util/timer';

/** How long after its last use the list counts as being in use, in ms. */
const useMs = 60_000;

/** What keeps rows closed. */
interface RowsPort {
  readonly visible: () => boolean;
  /** Ids of the selected rows. */
  readonly selected: () => readonly string[];
}

/**
 * Decides which rows may open by themselves. VS Code can only open a row by replacing it, which loses its selection and
 * focus and moves the rows below, even those that a user who has scrolled down is looking at. So a selected row doesn't
 * open, nor does one above the rows in use. They wait until the view is next shown.
 */
export class RowsInUse {
  private readonly used = new Set<string>();
  private usedAt = -Infinity;
  private readonly waiting = new Set<string>();

  constructor(
    private readonly port: RowsPort,
    private readonly clock: Clock,
  ) {}

  /** Whether a row is waiting to open, so that its failures are hidden. */
  get areAnyWaiting(): boolean {
    return this.waiting.size > 0;
  }

  /** Called when the user selects, opens, closes or points at a row. */
  use(id: string): void {
    this.used.add(id);
    this.usedAt = this.clock.now();
  }

  /** Called when the view is shown. */
  release(): void {
    this.used.clear();
    this.waiting.clear();
  }

  /**
   * Starts a redraw. The returned function says whether a row that now leads to a failure must stay closed.
   * @param placesOf positions of all rows, from the top
   */
  redraw(placesOf: () => ReadonlyMap<string, number>): (id: string) => boolean {
    const earlier = new Set(this.waiting);
    this.waiting.clear();
    const selected = this.port.selected();
    // The clock may have been set back, which ends the use.
    const isInUse = this.port.visible() && Math.abs(this.clock.now() - this.usedAt) < useMs;
    let lowest: number | undefined;
    const isAbove = (id: string): boolean => {
      const positions = placesOf();
      lowest ??= Math.max(-1, ...[...this.used].map((one) => positions.get(one) ?? -1));
      return (positions.get(id) ?? Infinity) < lowest;
    };
    return (id) => {
      const waits = earlier.has(id) || selected.includes(id) || (isInUse && isAbove(id));
      if (waits) this.waiting.add(id);
      return waits;
    };
  }
}
