/** Whether two plain JSON values are equal. An undefined property equals an absent one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => deepEqual(item, b[at]))
    );
  }
  for (const key in a) if (!deepEqual(a[key], b[key])) return false;
  for (const key in b) if (!(key in a) && b[key] !== undefined) return false;
  return true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Replaces new items by equal old objects; returns the old list itself if all are equal. */
export function reuseEqual<T extends { readonly id: number }>(before: readonly T[], after: readonly T[]): readonly T[] {
  if (before === after) return before;
  let byId: ReadonlyMap<number, T> | undefined;
  let isAll = before.length === after.length;
  const items = after.map((item, at) => {
    let old = before[at];
    if (old === item) return old;
    if (old?.id !== item.id) {
      byId ??= new Map(before.map((one) => [one.id, one]));
      old = byId.get(item.id);
      isAll = false;
    }
    if (old !== undefined && deepEqual(old, item)) return old;
    isAll = false;
    return item;
  });
  return isAll ? before : items;
}
