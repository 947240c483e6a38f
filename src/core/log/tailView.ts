import type { HyperLink, Log, Section, Span, Stream } from './log';

/** Length of a text in UTF-16 code units and in lines. */
export interface Extent {
  readonly characters: number;
  readonly lines: number;
}

/**
 * Most text to show in an editor. From 20 MiB or 300,000 lines VS Code neither folds nor wraps, and above 50 MiB it
 * doesn't sync documents with extensions.
 */
export const maxShown: Extent = { characters: 20 * 1024 * 1024, lines: 299_000 };

/** How much of a log to show in its editor: the end of a long one, and more on request. */
export class LogView {
  private first = 0;
  /** Number of characters to show; undefined until the user requests more. */
  private wanted: number | undefined;
  private isNew = true;
  /** Number of lines dropped before the log's first, as of the last update. */
  private dropped = 0;
  private tail: Tail | undefined;

  /** @param tailLength number of characters to show at first of a longer log */
  constructor(private readonly tailLength: () => number) {}

  /** Number of lines of the log before the first one shown. */
  get from(): number {
    return this.dropped + this.first;
  }

  of(log: Log): Log {
    return this.tail ?? log;
  }

  /**
   * Keeps the start of the shown part until its length has doubled, because each cut moves the text that the user is
   * reading.
   *
   * @param dropped number of lines that the log no longer has at its start
   */
  grow(log: Log, isAnother: boolean, dropped = 0): void {
    if (isAnother) [this.first, this.wanted, this.isNew, this.dropped] = [0, undefined, true, dropped];
    this.first = Math.max(0, this.first - (dropped - this.dropped));
    this.dropped = dropped;
    const { length, isNew } = this;
    const least = firstShown(log, bounded(isNew ? length : 2 * length));
    if (least > this.first) this.first = isNew ? least : firstShown(log, bounded(length, 0.5));
    this.isNew = false;
    this.cut(log);
  }

  /** Number of lines that `showEarlier` would add. */
  earlier(log: Log): number {
    return this.first === 0 ? 0 : Math.max(0, this.first - firstShown(log, bounded(2 * this.length)));
  }

  /** Shows twice as much. */
  showEarlier(log: Log): void {
    this.wanted = 2 * this.length;
    this.first = Math.min(this.first, firstShown(log, bounded(this.wanted)));
    this.cut(log);
  }

  private get length(): number {
    return this.wanted ?? this.tailLength();
  }

  private cut(log: Log): void {
    const { tail, first } = this;
    if (first === 0) this.tail = undefined;
    else if (tail?.whole === log && tail.from === first) tail.renew();
    else this.tail = new Tail(log, first);
  }
}

/** Limits a length to what VS Code supports, or to a fraction of that. */
export function bounded(length: number, part = 1): Extent {
  return { characters: Math.min(length, part * maxShown.characters), lines: part * maxShown.lines };
}

/** Index of the first line from which the rest fits into `most`; at least the last line is shown. */
export function firstShown({ lines }: Log, most: Extent): number {
  const least = Math.max(0, lines.length - most.lines);
  let size = 0;
  for (let line = lines.length - 1; line >= least; line--) {
    size += (lines[line]?.length ?? 0) + 1;
    if (size > most.characters) return Math.min(line + 1, lines.length - 1);
  }
  return least;
}

/** A live view of a log without the lines before `from`. */
export function tailFrom(log: Log, from: number): Log {
  return from === 0 ? log : new Tail(log, from);
}

/**
 * View of the end of a log. The same object is kept as long as `from` is unchanged, so that caches can use it as key.
 */
class Tail implements Log {
  lines: readonly string[] = [];
  sections: readonly Section[] = [];

  constructor(
    readonly whole: Log,
    readonly from: number,
  ) {
    this.renew();
  }

  renew(): void {
    this.lines = this.whole.lines.slice(this.from);
    this.sections = this.whole.sections.flatMap((section) => moved(section, this.from) ?? []);
  }

  spans(line: number, most?: number): readonly Span[] {
    return this.whole.spans(line + this.from, most);
  }

  links(line: number): readonly HyperLink[] {
    return this.whole.links(line + this.from);
  }

  timestamp(line: number): number | undefined {
    return this.whole.timestamp(line + this.from);
  }

  stream(line: number): Stream | undefined {
    return this.whole.stream(line + this.from);
  }
}

/** The section with shifted lines; undefined if it ends before `from`. */
function moved(section: Section, from: number): Section | undefined {
  const { start, end } = section;
  if (end !== undefined && end < from) return undefined;
  const moved = { ...section, start: Math.max(start - from, 0) };
  return end === undefined ? moved : { ...moved, end: end - from };
}
