/** How far a download is. */
export interface Progress {
  readonly bytes: number;
  /** Of the whole file; undefined where the server does not say. */
  readonly total?: number | undefined;
  /** Over the last seconds; undefined until there is something to go by. */
  readonly bytesPerSecond?: number | undefined;
}

const windowMs = 5000;
/** Less than this says nothing of the rate: the first bytes come out of buffers. */
const shortestMs = 1000;
const reportMs = 100;
/** Of the whole: what comes in a burst is told before the connection stalls behind it. */
const reportPart = 1 / 100;

interface Sample {
  readonly time: number;
  readonly bytes: number;
}

/** Tells how far a download is, and how fast it was of late: ten times a second at most, or at each hundredth of it. */
export class ProgressMeter {
  /** One per report at most, the oldest first. */
  private samples: readonly Sample[] = [];
  private told = -Infinity;
  private toldBytes = 0;

  constructor(
    private readonly tell: (progress: Progress) => void,
    /** ms */
    private readonly now: () => number,
  ) {}

  /** So many bytes are there by now; fewer than before where the download began anew. */
  at(bytes: number, total: number | undefined): void {
    const time = this.now();
    const last = this.samples.at(-1);
    if (last !== undefined && (bytes < last.bytes || time < last.time)) this.samples = [];
    const isFar = Math.abs(bytes - this.toldBytes) >= (total ?? Infinity) * reportPart;
    // A clock that was set back must not silence it.
    if (time >= this.told && time - this.told < reportMs && !isFar) return;
    this.told = time;
    this.toldBytes = bytes;
    this.tell({ bytes, total, bytesPerSecond: this.sample({ time, bytes }) });
  }

  /** The last word: told whatever was told a moment ago. */
  end(bytes: number, total: number | undefined): void {
    this.told = -Infinity;
    this.at(bytes, total);
  }

  private sample(now: Sample): number | undefined {
    this.samples = [...this.samples.filter(({ time }) => now.time - time <= windowMs), now];
    const [first = now] = this.samples;
    const ms = now.time - first.time;
    return ms < shortestMs ? undefined : Math.round(((now.bytes - first.bytes) * 1000) / ms);
  }
}
