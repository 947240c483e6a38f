import type { Section } from './log';

interface Marker {
  readonly kind: 'start' | 'end';
  readonly name: string;
  /** In seconds since 1970. */
  readonly time: number;
  readonly collapsed: boolean;
  /** Length of the marker in characters. */
  readonly length: number;
}

/** Maximum number of unfinished sections that began in dropped rows. */
const maxOpen = 100;
/** Maximum number of sections that are kept; VS Code folds 5,000. */
const maxSections = 100_000;
/** Maximum length of a marker. */
export const longestMarker = 1024;

const pattern = /^section_(start|end):(\d+):([\w.-]+)(\[[^[\]]*\])?$/;

/** Parses the section marker at the end of the text. GitLab only accepts it if exactly `\r ESC [ 0 K` follows. */
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
  /** Indexes in `open` of the open sections, by name. */
  private readonly byName = new Map<string, number[]>();
  /** Sections that start in an unfinished row, by row. */
  private readonly headers = new Map<number, number[]>();

  start({ name, time, collapsed }: Marker, row: number): void {
    if (this.all.length >= maxSections) return;
    const depth = this.open.length;
    const index = this.all.push({ name, header: '', start: row, collapsed, depth }) - 1;
    this.open.push({ index, name, time });
    append(this.byName, name, depth);
    append(this.headers, row, index);
  }

  /** Ends the innermost section of that name, and any that are still open inside it. */
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

  /** Updates the header of sections that start in an unfinished row; does nothing for most rows. */
  header(row: number, header: string): void {
    for (const index of this.headers.get(row) ?? []) this.change(index, { header });
  }

  /** Sets the final header of sections that start in a completed row. */
  settle(row: number, header: string): void {
    if (this.headers.size === 0) return;
    this.header(row, header);
    this.headers.delete(row);
  }

  /** Drops sections that ended in the first `count` rows, and shifts the others up. Keeps sections that are still open, up to `maxOpen`. */
  drop(count: number): void {
    const kept: Section[] = [];
    const moved = new Map<number, number>();
    const open = this.open.filter(({ index }, depth) => depth < maxOpen || (this.all[index]?.start ?? 0) >= count);
    const isOpen = new Set(open.map(({ index }) => index));
    for (const [index, section] of this.all.entries()) {
      const { start, end } = section;
      if (end === undefined ? start < count && !isOpen.has(index) : end < count) continue;
      moved.set(index, kept.length);
      kept.push({ ...section, start: Math.max(0, start - count), ...(end === undefined ? {} : { end: end - count }) });
    }
    this.all.length = 0;
    for (const section of kept) this.all.push(section);
    this.reopen(open, moved);
    const headers = [...this.headers];
    this.headers.clear();
    for (const [row, indexes] of headers)
      if (row >= count)
        this.headers.set(
          row - count,
          indexes.flatMap((index) => moved.get(index) ?? []),
        );
  }

  private reopen(open: readonly Open[], moved: ReadonlyMap<number, number>): void {
    this.open.length = 0;
    this.byName.clear();
    for (const one of open) {
      const index = moved.get(one.index);
      if (index === undefined) continue;
      append(this.byName, one.name, this.open.length);
      this.open.push({ ...one, index });
    }
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
