import type { ArchiveEntry } from '../archive/archive';
import type { ArchiveFile, ArchiveTree } from '../archive/archiveTree';
import { timeSlice } from '../../util/timeSlice';

/** Files whose names suggest test reports. Yields while searching a large archive. */
export async function reportsIn(tree: ArchiveTree): Promise<readonly ArchiveEntry[]> {
  const files = await filesNamed(tree, isReportName);
  return files.flatMap(({ entry }) => (entry.flaw === undefined ? [entry] : []));
}

/** Files of an archive whose paths match. Yields while searching a large archive. */
export async function filesNamed(
  tree: ArchiveTree,
  isWanted: (path: string) => boolean,
): Promise<readonly ArchiveFile[]> {
  const yieldIfDue = timeSlice();
  const files: ArchiveFile[] = [];
  for (const node of tree.byPath.values()) {
    const turn = yieldIfDue();
    if (turn !== undefined) await turn;
    if (node.kind === 'file' && isWanted(node.path)) files.push(node);
  }
  return files;
}

function isReportName(path: string): boolean {
  return /\.xml$/i.test(path) && /junit|test|report|spec/i.test(path);
}
