import type { ArchiveEntry } from '../../core/artifacts/archive/archive';
import { readJUnit } from '../../core/artifacts/tests/junit';
import { mapLimit } from '../../core/util/mapLimit';
import type { Archives, OpenArchive } from './archives';
import type { FoundTest, TestResults } from '../tree/treeRows';

const atOnce = 4;
/** Rows; the rest is counted. */
const mostFailed = 500;

/** What they say; undefined: none of them is a report. What cannot be read is told as damaged, unless it is all. */
export async function readResults(
  archives: Archives,
  opened: OpenArchive,
  reports: readonly ArchiveEntry[],
): Promise<TestResults | undefined> {
  const failures: unknown[] = [];
  const read = await mapLimit(reports, atOnce, async (entry) => {
    try {
      return await readJUnit(whole(await archives.read(opened, entry)));
    } catch (error) {
      failures.push(error);
      return undefined;
    }
  });
  if (failures.length === reports.length && reports.length > 0) throw failures[0];
  let results: TestResults | undefined;
  for (const [index, report] of read.entries()) {
    if (report === undefined) continue;
    const sum = results ?? { tests: 0, skipped: 0, failures: 0, failed: [], damaged: failures.length > 0 };
    const found = report.failed.map((test): FoundTest => ({ test, report: reports[index]?.path ?? '' }));
    results = {
      tests: sum.tests + report.tests,
      skipped: sum.skipped + report.skipped,
      failures: sum.failures + report.failures,
      failed: [...sum.failed, ...found].slice(0, mostFailed),
      damaged: sum.damaged || report.damaged,
    };
  }
  return results;
}

const pieceBytes = 65_536;

/** In pieces, so that others have their turn while a large one is read. */
async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
