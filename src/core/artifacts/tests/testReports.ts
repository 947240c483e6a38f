import type { ArchiveEntry } from '../../core/artifacts/archive/archive';
import type { ArchiveTree } from '../../core/artifacts/archive/archiveTree';
import { timeSlice } from '../../core/util/timeSlice';

/** Files whose names suggest test reports. Yields while searching a large archive. */
export async function reportsIn(tree: ArchiveTree): Promise<readonly ArchiveEntry[]> {
  const share = timeSlice();
  const reports: ArchiveEntry[] = [];
  for (const node of tree.byPath.values()) {
    const turn = share();
    if (turn !== undefined) await turn;
    if (node.kind === 'file' && node.entry.flaw === undefined && isReportName(node.path)) reports.push(node.entry);
  }
  return reports;
}

function isReportName(path: string): boolean {
  return /\.xml$/i.test(path) && /junit|test|report|spec/i.test(path);
}
