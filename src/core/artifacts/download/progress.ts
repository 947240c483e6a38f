/** Progress of a download. */
export interface Progress {
  readonly bytes: number;
  /** Size of the whole file in bytes; undefined if the server doesn't say. */
  readonly total?: number | undefined;
  /** Average over the last seconds; undefined until there is enough data. */
  readonly bytesPerSecond?: number | undefined;
}

const windowMs = 5000;
/** Minimum duration for a meaningful rate, in ms: the first bytes come from buffers. */
const shortestMs = 1000;
const reportMs = 100;
/** Share of the whole that is reported immediately, so that a burst shows up before the connection stalls. */
const reportPart = 1 / 100;

interface Sample {
  readonly time: number;
  readonly bytes: number;
}

/** Reports progress and recent speed of a download, at most every 100 ms or at each hundredth of the whole. */
export class ProgressMeter {
  /** At most one per report, oldest first. */
  private samples: readonly Sample[] = [];
  private reportedAt = -Infinity;
  private reportedBytes = 0;

  constructor(
    private readonly tell: (progress: Progress) => void,
    /** Current time in ms. */
    private readonly now: () => number,
  ) {}

  /** Records the current number of bytes, which is less than before if the download started again. */
  at(bytes: number, total: number | undefined): void {
    const time = this.now();
    const last = this.samples.at(-1);
    if (last !== undefined && (bytes < last.bytes || time < last.time)) this.samples = [];
    const isFar = Math.abs(bytes - this.reportedBytes) >= (total ?? Infinity) * reportPart;
    // Keep reporting after the clock was set back.
    if (time >= this.reportedAt && time - this.reportedAt < reportMs && !isFar) return;
    this.reportedAt = time;
    this.reportedBytes = bytes;
    this.tell({ bytes, total, bytesPerSecond: this.sample({ time, bytes }) });
  }

  /** Reports the final state, regardless of the interval. */
  end(bytes: number, total: number | undefined): void {
    this.reportedAt = -Infinity;
    this.at(bytes, total);
  }

  private sample(now: Sample): number | undefined {
    this.samples = [...this.samples.filter(({ time }) => now.time - time <= windowMs), now];
    const [first = now] = this.samples;
    const ms = now.time - first.time;
    return ms < shortestMs ? undefined : Math.round(((now.bytes - first.bytes) * 1000) / ms);
  }
}
