/** What was asked once and need not be asked at every refresh: kept for one client, bounded, given up with it. */
export class TtlCache {
  private readonly kept = new Map<string, { readonly value: unknown; readonly until: number }>();

  constructor(
    private readonly now: () => number,
    private readonly limit = 500,
  ) {}

  /** The value of that key, or what `ask` gives, kept for so long; a rejection is not kept. */
  async getOrLoad<T>(key: string, ms: number, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key);
    // Written under the same key by the same caller, so of the same type.
    if (known !== undefined && known.until > this.now()) return known.value as T;
    const value = await ask();
    this.set(key, value, ms);
    return value;
  }

  /** The same, where undefined, which is no value, is not kept. */
  async getOrTry<T>(key: string, ms: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.kept.get(key);
    // Written under the same key by the same caller, so of the same type.
    if (known !== undefined && known.until > this.now()) return known.value as T;
    const value = await ask();
    if (value !== undefined) this.set(key, value, ms);
    return value;
  }

  set(key: string, value: unknown, ms = Infinity): void {
    this.kept.delete(key);
    this.kept.set(key, { value, until: this.now() + ms });
    const [oldest] = this.kept.keys();
    if (this.kept.size > this.limit && oldest !== undefined) this.kept.delete(oldest);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): unknown {
    const known = this.kept.get(key);
    return known !== undefined && known.until > this.now() ? known.value : undefined;
  }

  clear(): void {
    this.kept.clear();
  }
}
