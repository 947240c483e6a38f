interface Entry {
  readonly value: unknown;
  /** When it was written and for how long it is valid, in ms. */
  readonly at: number;
  readonly ms: number;
}

/** Bounded cache of responses that needn't be requested at every refresh; lives as long as its client. */
export class TtlCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly now: () => number,
    private readonly limit = 500,
  ) {}

  /** Returns the cached value for the key, or calls `ask` and caches its result for `ms`. Rejections aren't cached. */
  async getOrLoad<T>(key: string, ms: number, ask: () => Promise<T>): Promise<T> {
    const known = this.valid(key);
    // The same caller wrote it under this key, so it has the same type.
    if (known !== undefined) return known.value as T;
    const value = await ask();
    this.set(key, value, ms);
    return value;
  }

  /** Like `getOrLoad`, but doesn't cache undefined. */
  async getOrTry<T>(key: string, ms: number, ask: () => Promise<T | undefined>): Promise<T | undefined> {
    const known = this.valid(key);
    // The same caller wrote it under this key, so it has the same type.
    if (known !== undefined) return known.value as T;
    const value = await ask();
    if (value !== undefined) this.set(key, value, ms);
    return value;
  }

  set(key: string, value: unknown, ms = Infinity): void {
    this.entries.delete(key);
    this.entries.set(key, { value, at: this.now(), ms });
    const [oldest] = this.entries.keys();
    if (this.entries.size > this.limit && oldest !== undefined) this.entries.delete(oldest);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  get(key: string): unknown {
    return this.valid(key)?.value;
  }

  clear(): void {
    this.entries.clear();
  }

  /** The entry of the key unless it has expired, or its age is unknown because the clock was set back. */
  private valid(key: string): Entry | undefined {
    const known = this.entries.get(key);
    if (known === undefined) return undefined;
    const age = this.now() - known.at;
    return age >= 0 && age < known.ms ? known : undefined;
  }
}
