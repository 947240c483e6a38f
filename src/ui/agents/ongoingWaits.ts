/** Tracks agents that wait for builds. Meanwhile the commit counts as being looked at. */
export class OngoingWaits {
  private readonly ongoing = new Set<object>();

  constructor(private readonly changed: () => void) {}

  get areAny(): boolean {
    return this.ongoing.size > 0;
  }

  /** Begins a wait, which lasts until the returned function is called. */
  readonly begin = (): (() => void) => {
    const one = {};
    this.ongoing.add(one);
    this.changed();
    return () => {
      this.ongoing.delete(one);
      this.changed();
    };
  };
}
