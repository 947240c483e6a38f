import type { ArchiveEntry } from '../archive/archive';
import type { ArchiveTree } from '../archive/archiveTree';
import { timeSlice } from '../../util/timeSlice';

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
