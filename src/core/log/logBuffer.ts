import { Numbers, Runs } from './runs';
import { Sections } from './sections';

/** Source of a row: nothing without headers, else the time in the runner's header. */
export interface Origin {
  readonly stream: 0 | 1 | 2;
  /** In ms since 1970; 0 if unknown. */
  readonly time: number;
}

/** Styles and links of a row. */
export interface RowStyles {
  readonly styles: readonly number[];
  readonly links: readonly number[];
}

/** Maximum number of links kept once rows were dropped. */
const maxUrls = 10_000;

/** Rows read so far; of a very long log the last ones. */
export class LogBuffer {
  readonly lines: string[] = [];
  readonly sections = new Sections();
  readonly styles = new Runs();
  readonly links = new Runs();
  private readonly urls: string[] = [];
  /** Number of URLs dropped before the first one in `urls`. */
  private urlsGone = 0;
  private readonly times = new Numbers((length) => new Float64Array(length));
  private readonly streams = new Numbers((length) => new Uint8Array(length));
  private changed = Infinity;
  /** Number of rows dropped before the first one that is kept. */
  private gone = 0;

  open({ stream, time }: Origin): number {
    const row = this.lines.push('') - 1;
    if (time !== 0 || this.times.get(row) !== 0) this.times.set(row, time);
    if (stream !== 0 || this.streams.get(row) !== 0) this.streams.set(row, stream);
    this.touch(row);
    return row;
  }

  /** Removes a row if it is the last one; otherwise returns false. */
  drop(row: number): boolean {
    if (row !== this.lines.length - 1) return false;
    this.lines.pop();
    this.touch(row);
    return true;
  }

  /** Stores a complete row. */
  set(row: number, text: string, { styles, links }: RowStyles): void {
    this.lines[row] = text;
    this.styles.set(row, styles);
    this.links.set(row, links);
    this.sections.settle(row, text);
  }

  /** Number of rows dropped so far. */
  get dropped(): number {
    return this.gone;
  }

  /** Drops the first `count` rows; the others move up. */
  dropFirst(count: number): void {
    this.lines.splice(0, count);
    this.sections.drop(count);
    for (const each of [this.styles, this.links, this.times, this.streams]) each.drop(count);
    const spare = this.urls.length - maxUrls;
    if (spare > 0) {
      this.urls.splice(0, spare);
      this.urlsGone += spare;
    }
    this.changed = Math.max(0, this.changed - count);
    this.gone += count;
  }

  touch(row: number): void {
    if (row < this.changed) this.changed = row;
  }

  /** Index of the first row that changed since the last call. */
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

  /** Number by which `url` finds a URL. */
  urlIndex(url: string): number {
    if (this.urls.at(-1) !== url) this.urls.push(url);
    return this.urlsGone + this.urls.length - 1;
  }

  /** Undefined if it was dropped. */
  url(index: number): string | undefined {
    return this.urls[index - this.urlsGone];
  }
}
