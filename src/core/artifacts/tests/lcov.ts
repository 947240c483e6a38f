import { timeSlice } from '../../util/timeSlice';
import { count, FileLines, maxFiles, maxLines, type CoveredFile } from './coverage';

/** Characters of a line that are read; only names of functions are longer. */
const longestLine = 4096;

/** Reads an lcov tracefile; undefined if it is none. Yields, so that large files don't block. */
export async function readLcov(text: string): Promise<readonly CoveredFile[] | undefined> {
  const files: CoveredFile[] = [];
  const yieldIfDue = timeSlice();
  let path: string | undefined;
  let found = new FileLines();
  let lines = 0;
  for (let at = 0; at < text.length && files.length < maxFiles && lines < maxLines;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, Math.min(end < 0 ? text.length : end, at + longestLine)).trimEnd();
    at = end < 0 ? text.length : end + 1;
    lines += 1;
    if (line.startsWith('SF:')) {
      path = line.slice(3);
      found = new FileLines();
    } else if (line === 'end_of_record') {
      if (path !== undefined && path !== '')
        files.push({ paths: [path], lines: found.lines, branches: found.branches });
      path = undefined;
    } else if (path !== undefined) readRecord(line, found);
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
  }
  return files.length === 0 ? undefined : files;
}

function readRecord(line: string, found: FileLines): void {
  if (line.startsWith('DA:')) {
    const [number, hits] = line.slice(3).split(',');
    const [at, times] = [count(number), count(hits)];
    if (at !== undefined && times !== undefined) found.add(at, times);
  } else if (line.startsWith('BRDA:')) {
    const parts = line.slice(5).split(',');
    const at = count(parts[0]);
    // `-`: the line of the branch was never executed.
    if (at !== undefined && parts.length >= 4) found.addBranches(at, (count(parts.at(-1)) ?? 0) > 0 ? 1 : 0, 1);
  }
}
