import type { BigIntStats } from 'node:fs';
import { lstat, readFile, rename, writeFile } from 'node:fs/promises';

/** What a download is of; a part of one is never taken for a part of another. */
export interface Source {
  /** Base URL of the instance. */
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Bytes of the whole, as announced; 0 where that is not known. */
  readonly size: number;
}

/** What stands beside a part, and says of what it is. */
export interface Sidecar {
  readonly instance: string;
  readonly project: string;
  readonly build: number;
  /** Bytes of the whole file, as the server says; 0 until it has. */
  readonly total: number;
  /** For If-Range; undefined until the server has said one: then nobody can go on with the part. */
  readonly validator?: string | undefined;
  /** Which file on the disk it speaks of: nobody else can make one with this number at this time. */
  readonly file: string;
  /** The process that downloads it; undefined once that has given up. */
  readonly pid?: number | undefined;
}

const longestBytes = 8192;

/** The identity of a file, which no repository can bring along: where the file system put it, and when. */
export function identityOf({ ino, birthtimeNs }: BigIntStats): string {
  return `${ino}-${birthtimeNs}`;
}

/** Atomic: a reader finds the old one or the new one. The temporary file is of the same owner as the sidecar. */
export async function writeSidecar(path: string, sidecar: Sidecar): Promise<void> {
  const temporary = path.replace(/json$/, 'tmp');
  await writeFile(temporary, JSON.stringify(sidecar), { flag: 'wx' });
  await rename(temporary, path);
}

/** undefined where it is none, or is damaged. `touchedMs`: since 1970. */
export async function readSidecar(path: string): Promise<(Sidecar & { readonly touchedMs: number }) | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile() || found.size > longestBytes) return undefined;
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isSidecar(value) ? { ...value, touchedMs: found.mtimeMs } : undefined;
  } catch {
    return undefined; // It is gone, cannot be read or is no JSON: the download begins anew.
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
