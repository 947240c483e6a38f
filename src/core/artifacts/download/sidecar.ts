import type { BigIntStats } from 'node:fs';
import { lstat, readFile, writeFile } from 'node:fs/promises';
import { replaceFile } from './replaceFile';

/** Source of a download. Partial files of different sources are never mixed up. */
export interface Source {
  /** Base URL of the instance. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Announced size in bytes; 0 if unknown. */
  readonly size: number;
}

/** Contents of the sidecar file beside a partial file. */
export interface Sidecar {
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Size of the whole file in bytes as reported by the server; 0 until then. */
  readonly total: number;
  /** Validator for If-Range; undefined until the server sent one. Without it the download can't be resumed. */
  readonly validator?: string | undefined;
  /** Identity of the partial file on disk, which can't be forged. */
  readonly file: string;
  /** Id of the downloading process; undefined once it has stopped. */
  readonly pid?: number | undefined;
}

const longestBytes = 8192;

/** Identity of a file by inode and creation time, which a repository can't supply. */
export function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}

/**
 * Writes atomically: readers see the old or the new contents. The temporary file has the same owner tag as the sidecar.
 */
export async function writeSidecar(
  path: string,
  sidecar: Sidecar,
  options: Omit<Parameters<typeof replaceFile>[2], 'signal'>,
): Promise<void> {
  const temporary = path.replace(/json$/, 'tmp');
  await writeFile(temporary, JSON.stringify(sidecar), { flag: 'wx' });
  // Not aborted halfway: that would leave both files.
  await replaceFile(temporary, path, { ...options, signal: new AbortController().signal });
}

/** Reads a sidecar; undefined if it is missing or damaged. `touchedMs`: last change, in ms since 1970. */
export async function readSidecar(path: string): Promise<(Sidecar & { readonly touchedMs: number }) | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > longestBytes) return undefined;
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isSidecar(value) ? { ...value, touchedMs: found.mtimeMs } : undefined;
  } catch {
    return undefined; // Missing, unreadable or invalid JSON: the download starts from the beginning.
  }
}

function isSidecar(value: unknown): value is Sidecar {
  if (typeof value !== 'object' || value === null) return false;
  const { instance, project, build, total, validator, file, pid } = value as Record<string, unknown>;
  const texts = [instance, project, file].every((one) => typeof one === 'string');
  const numbers = [build, total].every(Number.isSafeInteger) && (pid === undefined || Number.isSafeInteger(pid));
  return texts && numbers && (validator === undefined || isHeader(validator));
}

function isHeader(value: unknown): boolean {
  return typeof value === 'string' && /^[\x20-\x7e]{1,1000}$/.test(value);
}

export function isOf(sidecar: Sidecar, { instance, project, build, size }: Source): boolean {
  const isSame = sidecar.instance === instance && sidecar.project === project && sidecar.build === build;
  return isSame && sidecar.total > 0 && (size === 0 || sidecar.total === size);
}
