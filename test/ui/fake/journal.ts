/** Every text that reached the editor, in any form: what a user, a log or a clipboard could come to see. */
export class Journal {
  readonly texts: string[] = [];

  note(...values: readonly unknown[]): void {
    for (const value of values) this.texts.push(...stringsIn(value, new Set()));
  }

  /** The same object, with everything that is written to it noted too. */
  watched<T extends object>(target: T): T {
    return new Proxy(target, {
      set: (object, key, value: unknown) => {
        this.note(value);
        return Reflect.set(object, key, value);
      },
    });
  }
}

function stringsIn(value: unknown, seen: Set<unknown>): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Error) return [value.message, value.stack ?? ''];
  return Object.entries(value).flatMap(([key, part]) => [key, ...stringsIn(part, seen)]);
}
