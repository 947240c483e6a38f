import type { HyperLink, Log, Section, Span, Stream } from './log';

/** How long a text is, in UTF-16 code units and in lines. */
export interface Extent {
  readonly characters: number;
  readonly lines: number;
}

/**
 * From 20 MiB or 300,000 lines on VS Code neither folds nor wraps, and from 50 MiB on it tells extensions nothing of a
 * document. More than that is for a file.
 */
export const mostShown: Extent = { characters: 20 * 1024 * 1024, lines: 299_000 };

/** How much of a log its editor shows: the end of a long one, and more of it on request. */
export class LogView {
  private first = 0;
  /** Characters; undefined until more is asked for. */
  private wanted: number | undefined;
  private isNew = true;
  private tail: Tail | undefined;

  /** Of a longer log the end is shown first, about so many characters. */
  constructor(private readonly tailLength: () => number) {}

  /** The first line that is shown. */
  get from(): number {
    return this.first;
  }

  of(log: Log): Log {
    return this.tail ?? log;
  }

  /** What is shown stays until it is twice as long, for each cut moves what somebody may be reading. */
  grow(log: Log, isAnother: boolean): void {
    if (isAnother) [this.first, this.wanted, this.isNew] = [0, undefined, true];
    const { length, isNew } = this;
    const least = firstShown(log, bounded(isNew ? length : 2 * length));
    if (least > this.first) this.first = isNew ? least : firstShown(log, bounded(length, 0.5));
    this.isNew = false;
    this.cut(log);
  }

  /** How many lines `showEarlier` would bring. */
  earlier(log: Log): number {
    return this.first === 0 ? 0 : Math.max(0, this.first - firstShown(log, bounded(2 * this.length)));
  }

  /** As much again. */
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

/** No more than VS Code takes, or than that part of it. */
export function bounded(length: number, part = 1): Extent {
  return { characters: Math.min(length, part * mostShown.characters), lines: part * mostShown.lines };
}

/** The first line from which on the rest is no longer than `most`; the last one at least is shown. */
export function firstShown({ lines }: Log, most: Extent): number {
  const least = Math.max(0, lines.length - most.lines);
  let size = 0;
  for (let line = lines.length - 1; line >= least; line--) {
    size += (lines[line]?.length ?? 0) + 1;
    if (size > most.characters) return Math.min(line + 1, lines.length - 1);
  }
  return least;
}

/** A log without its lines before `from`, as it is now. */
export function tailFrom(log: Log, from: number): Log {
  return from === 0 ? log : new Tail(log, from);
}

/** One object for as long as the same lines are in front: what is known of them can be kept by it. */
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

  spans(line: number): readonly Span[] {
    return this.whole.spans(line + this.from);
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

/** undefined: it has ended before. */
function moved(section: Section, from: number): Section | undefined {
  const { start, end } = section;
  if (end !== undefined && end < from) return undefined;
  const moved = { ...section, start: Math.max(start - from, 0) };
  return end === undefined ? moved : { ...moved, end: end - from };
}
