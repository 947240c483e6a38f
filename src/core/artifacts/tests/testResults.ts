import type { ArchiveEntry } from '../archive/archive';
import { readJUnit } from './junit';
import { maxFailed, maxQuiet, type FailedTest, type QuietTest, type TestReport } from './testReport';
import { mapLimit } from '../../util/mapLimit';
import type { Archives, OpenArchive } from '../archives';

const atOnce = 4;
/** Maximum number of uncompressed bytes of reports to read per build. */
const maxBytes = 100_000_000;
/** Maximum number of files to look into. */
const maxReports = 5000;
/** Number of bytes that show whether a file is a report. */
const headBytes = 65_536;

/** Test results of one build. */
export interface TestResults {
  readonly tests: number;
  readonly skipped: number;
  readonly failures: number;
  /** Possibly fewer than `failures`. */
  readonly failed: readonly FoundTest[];
  /** Tests that didn't fail; possibly not all. */
  readonly quiet: readonly QuietTest[];
  /** Whether some reports couldn't be read. */
  readonly damaged: boolean;
  /** Number of reports read, if there are more than the limit. */
  readonly firstOf?: number | undefined;
  /** Number of tests read, if there are more than the limit. */
  readonly firstTests?: number | undefined;
  /** Name and ids of parallel builds that share these results. */
  readonly sharedBy?: { readonly name: string; readonly builds: readonly number[] } | undefined;
}

export interface FoundTest {
  readonly test: FailedTest;
  /** Path of the report in the archive; undefined: the result is from GitLab. */
  readonly report: string | undefined;
}

/** Result of reading a file: a report, or why there is none. `undefined`: the file isn't a report. */
type Read = { readonly entry: ArchiveEntry } & (
  { readonly report: TestReport | undefined } | { readonly error: unknown }
);

/**
 * Reads all reports, or those that fit into `limit` bytes; undefined if none of the files is a report. An unreadable
 * report counts as damaged, unless all are: then throws the error. Also throws the signal's reason.
 */
export async function readResults(
  archives: Archives,
  opened: OpenArchive,
  files: readonly ArchiveEntry[],
  limit = maxBytes,
): Promise<TestResults | undefined> {
  const read: Read[] = [];
  let left = files.slice(0, maxReports);
  while (left.length > 0) {
    opened.signal.throwIfAborted();
    const batch = fitting(left, limit - reportBytes(read));
    for (const one of await mapLimit(batch, atOnce, (entry) => readOne(archives, opened, entry))) read.push(one);
    left = left.slice(batch.length);
    if (batch.length > 0) continue;
    // The next file is too large, if it is a report.
    const [next] = left;
    if (next === undefined || (await beginsAsReport(opened, next))) break;
    left = left.slice(1);
  }
  return resultsOf(read, left.length > 0 || files.length > maxReports);
}

/** The first files of the list whose total size is within the limit. */
function fitting(files: readonly ArchiveEntry[], limit: number): readonly ArchiveEntry[] {
  let bytes = limit;
  const end = files.findIndex(({ size }) => (bytes -= size) < 0);
  return end < 0 ? files : files.slice(0, end);
}

/** Total size of the reports; other files don't count. */
function reportBytes(read: readonly Read[]): number {
  return read.reduce((sum, one) => sum + ('report' in one && one.report === undefined ? 0 : one.entry.size), 0);
}

async function readOne(archives: Archives, opened: OpenArchive, entry: ArchiveEntry): Promise<Read> {
  opened.signal.throwIfAborted();
  try {
    return { entry, report: await readJUnit(inPieces(await archives.read(opened, entry))) };
  } catch (error) {
    return { entry, error };
  }
}

async function beginsAsReport({ archive, signal }: OpenArchive, entry: ArchiveEntry): Promise<boolean> {
  async function* head(): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const piece of archive.open(entry, signal)) {
      yield piece;
      if ((bytes += piece.length) >= headBytes) return;
    }
  }
  return (await readJUnit(head()).catch(() => undefined)) !== undefined;
}

function resultsOf(read: readonly Read[], isPartial: boolean): TestResults | undefined {
  const errors = read.flatMap((one) => ('error' in one ? [one.error] : []));
  if (errors.length > 0 && errors.length === read.length) throw errors[0];
  const reports = read.flatMap((one) =>
    'report' in one && one.report !== undefined ? [{ ...one.report, path: one.entry.path }] : [],
  );
  if (reports.length === 0 && !isPartial) return undefined;
  const failed: FoundTest[] = [];
  for (const { failed: some, path } of reports) {
    for (const test of some.slice(0, maxFailed - failed.length)) failed.push({ test, report: path });
  }
  const quiet: QuietTest[] = [];
  for (const { quiet: some } of reports) {
    for (const test of some.slice(0, maxQuiet - quiet.length)) quiet.push(test);
  }
  const sum = (of: (report: TestReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  return {
    tests: sum(({ tests }) => tests),
    skipped: sum(({ skipped }) => skipped),
    failures: sum(({ failures }) => failures),
    failed,
    quiet,
    damaged: errors.length > 0 || reports.some(({ damaged }) => damaged),
    firstOf: isPartial ? reports.length : undefined,
  };
}

/** Splits bytes into chunks, yielding to other work between them. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    yield bytes.subarray(at, at + chunkBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const chunkBytes = 65_536;
