import type { Clock } from '../../core/util/timer';

/** How long after its last use the list counts as being in use, in ms. */
const useMs = 60_000;

/** What holds rows closed. */
export interface RowsPort {
  readonly visible: () => boolean;
  /** Ids of the selected rows. */
  readonly selected: () => readonly string[];
}

/**
 * Decides which rows may open by themselves. VS Code opens a row only as a new one: the selection and the focus are lost
 * on it, and the rows below move, even those in sight of somebody who has scrolled down. So neither a selected row opens,
 * nor one above those that are in use. They wait until the view is next shown.
 */
export class RowsInUse {
  private readonly used = new Set<string>();
  private usedAt = -Infinity;
  private readonly waiting = new Set<string>();

  constructor(
    private readonly port: RowsPort,
    private readonly clock: Clock,
  ) {}

  /** Whether a row waits, so that its failures are out of sight. */
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
   * Begins a redraw. The returned function tells whether a row that has come to lead to a failure must stay closed.
   * @param placesOf positions of all rows, from the top
   */
  redraw(placesOf: () => ReadonlyMap<string, number>): (id: string) => boolean {
    const earlier = new Set(this.waiting);
    this.waiting.clear();
    const selected = this.port.selected();
    const isInUse = this.port.visible() && this.clock.now() - this.usedAt < useMs;
    let lowest: number | undefined;
    const isAbove = (id: string): boolean => {
      const places = placesOf();
      lowest ??= Math.max(-1, ...[...this.used].map((one) => places.get(one) ?? -1));
      return (places.get(id) ?? Infinity) < lowest;
    };
    return (id) => {
      const waits = earlier.has(id) || selected.includes(id) || (isInUse && isAbove(id));
      if (waits) this.waiting.add(id);
      return waits;
    };
  }
}
