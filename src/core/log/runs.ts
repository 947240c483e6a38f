/** A range of columns and two numbers that describe it. */
type Run = readonly [start: number, end: number, first: number, second: number];

const perBlock = 1 << 16;

/** Runs of all rows in 16 bytes per run plus 4 bytes per row; objects would take more memory than the log. */
export class Runs {
  private readonly blocks: Uint32Array[] = [];
  /** Number of blocks dropped before the first one that is kept. */
  private gone = 0;
  private used = 0;
  /** Start of each row's runs, 1-based. The count comes first, then four numbers per run. */
  private readonly heads = new Numbers((length) => new Uint32Array(length));

  /** Stores the runs of a row. `flat`: start, end and two numbers per run. */
  set(row: number, flat: readonly number[]): void {
    if (flat.length === 0) {
      if (this.heads.get(row) !== 0) this.heads.set(row, 0);
      return;
    }
    this.heads.set(row, this.used + 1);
    this.write(flat.length / 4);
    for (const value of flat) this.write(value);
  }

  /** The first runs of a row. */
  of(row: number, most = Infinity): readonly number[] {
    const head = this.heads.get(row);
    if (head === 0) return [];
    return Array.from({ length: 4 * Math.min(most, this.read(head - 1)) }, (_, at) => this.read(head + at));
  }

  /** Drops the runs of the first `count` rows; the others move up. */
  drop(count: number): void {
    this.heads.drop(count);
    const first = this.heads.least() ?? this.used + 1;
    const free = Math.floor((first - 1) / perBlock) - this.gone;
    if (free <= 0) return;
    this.blocks.splice(0, free);
    this.gone += free;
  }

  private write(value: number): void {
    if (this.used % perBlock === 0) this.blocks.push(new Uint32Array(perBlock));
    const block = this.blocks[this.blocks.length - 1];
    if (block !== undefined) block[this.used % perBlock] = value;
    this.used += 1;
  }

  private read(at: number): number {
    return this.blocks[Math.floor(at / perBlock) - this.gone]?.[at % perBlock] ?? 0;
  }
}

/** Iterates over a flat list of runs. */
export function* iterateRuns(flat: readonly number[]): Generator<Run> {
  for (let at = 0; at < flat.length; at += 4) {
    const [start = 0, end = 0, first = 0, second = 0] = flat.slice(at, at + 4);
    yield [start, end, first, second];
  }
}

/** Appends a run to a flat list, or extends the last one if it matches. Ignores the run if the list has `most` runs. */
export function extend(flat: number[], [from, to, first, second]: Run, most: number): void {
  const last = flat.length - 4;
  const isSame = flat[last + 1] === from && flat[last + 2] === first && flat[last + 3] === second;
  if (isSame) flat[last + 1] = to;
  else if (flat.length < 4 * most) flat.push(from, to, first, second);
}

/** Runs of a line that is cut after `columns`. */
export function upTo(flat: readonly number[], columns: number): number[] {
  const kept: number[] = [];
  for (let at = 0; at < flat.length; at += 4) {
    const [start = 0, end = 0, first = 0, second = 0] = flat.slice(at, at + 4);
    if (start < columns) kept.push(start, Math.min(end, columns), first, second);
  }
  return kept;
}

/** A number per row, 0 by default. Allocates nothing until one is set. */
export class Numbers<A extends Uint8Array | Uint32Array | Float64Array> {
  private values: A;

  constructor(private readonly make: (length: number) => A) {
    this.values = make(0);
  }

  get(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.values.length) {
      const larger = this.make(Math.max(1024, row + 1, Math.floor(1.5 * this.values.length)));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[row] = value;
  }

  /** Drops the values of the first rows; those of the others move up. */
  drop(count: number): void {
    const kept = this.values.subarray(count);
    const moved = this.make(kept.length);
    moved.set(kept);
    this.values = moved;
  }

  /** The least number that was set; undefined: none was. */
  least(): number | undefined {
    let least: number | undefined;
    for (const value of this.values) if (value !== 0 && (least === undefined || value < least)) least = value;
    return least;
  }
}
