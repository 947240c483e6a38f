import type { Section } from './log';

export interface Marker {
  readonly kind: 'start' | 'end';
  readonly name: string;
  /** Seconds since 1970. */
  readonly time: number;
  readonly collapsed: boolean;
  /** Characters it takes. */
  readonly length: number;
}

/** A marker is no longer than that. */
export const longestMarker = 1024;

const pattern = /^section_(start|end):(\d+):([\w.-]+)(\[[^[\]]*\])?$/;

/** The marker that the text ends with; GitLab takes it for one where exactly `\r ESC [ 0 K` follows. */
export function markerAt(tail: string): Marker | undefined {
  const from = Math.max(tail.lastIndexOf('section_start:'), tail.lastIndexOf('section_end:'));
  if (from < 0) return undefined;
  const [text, kind, time, name, options = ''] = pattern.exec(tail.slice(from)) ?? [];
  if (text === undefined || name === undefined) return undefined;
  return {
    kind: kind === 'start' ? 'start' : 'end',
    name,
    time: Number(time),
    collapsed: /[[,] ?collapsed=true[\],]/.test(options),
    length: text.length,
  };
}

interface Open {
  readonly index: number;
  readonly name: string;
  readonly time: number;
}

export class Sections {
  readonly all: Section[] = [];
  private readonly open: Open[] = [];
  /** Of each name, where its open ones lie in `open`. */
  private readonly byName = new Map<string, number[]>();
  /** Rows that are not whole yet, and the sections that start there. */
  private readonly headers = new Map<number, number[]>();

  start({ name, time, collapsed }: Marker, row: number): void {
    const depth = this.open.length;
    const index = this.all.push({ name, header: '', start: row, collapsed, depth }) - 1;
    this.open.push({ index, name, time });
    append(this.byName, name, depth);
    append(this.headers, row, index);
  }

  /** Ends the innermost one of that name, and with it what was never ended inside. */
  end({ name, time }: Marker, row: number): void {
    const at = this.byName.get(name)?.at(-1);
    if (at === undefined) return;
    for (const [inside, { index, ...open }] of this.open.splice(at).entries()) {
      this.byName.get(open.name)?.pop();
      const seconds = inside === 0 && time >= open.time ? { seconds: time - open.time } : {};
      this.change(index, { end: Math.max(row, this.all[index]?.start ?? row), ...seconds });
    }
  }

  startsAt(row: number): boolean {
    return this.headers.has(row);
  }

  /** So far; nothing to do for almost every row. */
  header(row: number, header: string): void {
    for (const index of this.headers.get(row) ?? []) this.change(index, { header });
  }

  /** That row is whole. */
  settle(row: number, header: string): void {
    if (this.headers.size === 0) return;
    this.header(row, header);
    this.headers.delete(row);
  }

  private change(index: number, change: Partial<Section>): void {
    const section = this.all[index];
    if (section !== undefined) this.all[index] = { ...section, ...change };
  }
}

function append<K>(map: Map<K, number[]>, key: K, value: number): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
