import { Numbers, Runs } from './runs';
import { Sections } from './sections';

/** Whose row it is: no header in front of it, or the runner's header with its time. */
export interface Origin {
  readonly stream: 0 | 1 | 2;
  /** Milliseconds since 1970, 0 where there is none. */
  readonly time: number;
}

/** What a row holds besides its text. */
export interface RowStyles {
  readonly styles: readonly number[];
  readonly links: readonly number[];
}

/** All that was read, row by row. */
export class LogBuffer {
  readonly lines: string[] = [];
  readonly sections = new Sections();
  readonly styles = new Runs();
  readonly links = new Runs();
  readonly urls: string[] = [];
  private readonly times = new Numbers((length) => new Float64Array(length));
  private readonly streams = new Numbers((length) => new Uint8Array(length));
  private changed = Infinity;

  open({ stream, time }: Origin): number {
    const row = this.lines.push('') - 1;
    if (time !== 0 || this.times.get(row) !== 0) this.times.set(row, time);
    if (stream !== 0 || this.streams.get(row) !== 0) this.streams.set(row, stream);
    this.touch(row);
    return row;
  }

  /** Takes back the last row; false where others follow it. */
  drop(row: number): boolean {
    if (row !== this.lines.length - 1) return false;
    this.lines.pop();
    this.touch(row);
    return true;
  }

  /** A row that is whole. */
  set(row: number, text: string, { styles, links }: RowStyles): void {
    this.lines[row] = text;
    this.styles.set(row, styles);
    this.links.set(row, links);
    this.sections.settle(row, text);
  }

  touch(row: number): void {
    if (row < this.changed) this.changed = row;
  }

  /** The first row that is another than when last asked. */
  takeChanged(): number {
    const changed = Math.min(this.changed, this.lines.length);
    this.changed = Infinity;
    return changed;
  }

  time(row: number): number | undefined {
    return row < this.lines.length ? this.times.get(row) || undefined : undefined;
  }

  stream(row: number): 'stdout' | 'stderr' | undefined {
    return row < this.lines.length ? ([undefined, 'stdout', 'stderr'] as const)[this.streams.get(row)] : undefined;
  }

  /** An index into `urls`. */
  urlIndex(url: string): number {
    if (this.urls.at(-1) !== url) this.urls.push(url);
    return this.urls.length - 1;
  }
}
