/** Who waits for builds without looking at them: as long as there is one, the commit counts as looked at. */
export class OngoingWaits {
  private readonly ongoing = new Set<object>();

  constructor(private readonly changed: () => void) {}

  get areAny(): boolean {
    return this.ongoing.size > 0;
  }

  /** Until what is returned is called. */
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
