import { basename, dirname, join } from 'node:path';
import { l10n } from 'vscode';
import type { ReplacePolicy } from '../../core/artifacts/download/replacePolicy';
import { ArchiveError } from '../../core/artifacts/archiveErrors';
import { extract, type Extracted } from '../../core/artifacts/extract/extract';
import type { LeftOut } from '../../core/artifacts/extract/leftOut';
import { ProgressMeter } from '../../core/artifacts/download/progress';
import { safeName } from '../../core/artifacts/fileNames';
import { fileAccess, openZip } from '../../core/artifacts/archive/zip';
import { DiskError } from '../../core/model/errors';
import { isFolder } from '../../core/util/fs';
import { formatSize } from '../text/buildText';
import type { CommandContext } from './command';
import type { Step } from './downloads';

/** An archive on the disk, and what became of it. */
export interface Saved {
  readonly path: string;
  readonly unpacked?: Unpacked | undefined;
  /** Why it was not unpacked: an ArchiveError or a DiskError. */
  readonly refusal?: unknown;
}

export interface Unpacked {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
  /** What could not be written safely, or not here. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Unpacks a saved archive into the folder of its name beside it, all that can be written or nothing; a folder that is
 * there is replaced if the user says so. What the archive or the disk refuses is in the answer: the archive stays either way.
 */
export async function unpackSaved(
  { settings, log }: Pick<CommandContext, 'settings' | 'log'>,
  path: string,
  asking: ReplacePolicy,
  progress: (step: Step) => void,
  signal: AbortSignal,
): Promise<Saved> {
  const folder = folderFor(path);
  if ((await isFolder(folder)) && !(await asking.mayReplace(folder))) return { path };
  try {
    const file = await fileAccess(path);
    try {
      const archive = await openZip(file, signal);
      const limits = settings.extractLimits();
      const done = await extract({ archive, target: folder, limits, signal, progress: metered(progress, file.size) });
      logLeftOut(log, done.leftOut);
      return { path, unpacked: { folder, ...done } };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof DiskError) return { path, refusal: error };
    throw error;
  }
}

const mostLogged = 200;

/** Each with its reason; of very many, the first. */
export function logLeftOut(log: Pick<CommandContext['log'], 'info'>, leftOut: readonly LeftOut[]): void {
  for (const { kind, path } of leftOut.slice(0, mostLogged))
    log.info(`Left out: ${new ArchiveError(kind, { path }).message}`);
  if (leftOut.length > mostLogged) log.info(`Left out: ${leftOut.length - mostLogged} more`);
}

/** What is unpacked, told as often as somebody can read it. `total`: bytes of what it is unpacked from. */
export function metered(progress: (step: Step) => void, total: number): (done: Extracted) => void {
  let files = 0;
  const meter = new ProgressMeter(({ bytes }) => {
    const doing = l10n.t('extracting: {0} files, {1}', files, formatSize(bytes));
    progress({ bytes: total, total, doing });
  }, Date.now);
  return (done) => {
    files = done.files;
    meter.at(done.bytes, undefined);
  };
}

/** `artifacts.zip` → `artifacts`; one without an ending cannot have its own name. */
function folderFor(path: string): string {
  const name = basename(path);
  const stem = name.replace(/\.zip$/i, '');
  return join(dirname(path), safeName(stem === name ? `${name}-files` : stem));
}
