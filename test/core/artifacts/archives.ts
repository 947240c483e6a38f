import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Archive, RandomAccess } from '../../../src/core/artifacts/archive/archive';
import { openZip } from '../../../src/core/artifacts/archive/zip';
import { unhurried } from '../support';
import { rawZip, type RawEntry } from './rawZip';

/** Bytes as a file that is read by its places. */
export function memoryAccess(bytes: Buffer, piece = 64 * 1024): RandomAccess {
  return {
    size: bytes.length,
    async *read(start, end) {
      for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(end, at + piece));
    },
  };
}

export function archiveOf(zip: Buffer): Promise<Archive> {
  return openZip(memoryAccess(zip), unhurried());
}

export function text(name: string, content = `content of ${name}`): RawEntry {
  return { name, content };
}

export function zipped(...entries: readonly RawEntry[]): Promise<Archive> {
  return archiveOf(rawZip(entries));
}

/** All below a folder, in order: files with their content, folders without. */
export function filesOf(folder: string): Readonly<Record<string, string | undefined>> {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).split(sep).join('/');
    return entry.isDirectory() ? ([`${name}/`, undefined] as const) : ([name, readFileSync(path, 'utf8')] as const);
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
