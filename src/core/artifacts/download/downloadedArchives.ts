import { stat } from 'node:fs/promises';

/** Archives that this window has downloaded, so that one that is still the same need not be downloaded again. */
export class DownloadedArchives {
  /** Fingerprints by path. */
  private readonly known = new Map<string, string>();

  /** @param source whose archive it is */
  async add(path: string, source: string): Promise<void> {
    this.known.set(path, await fingerprint(path, source));
  }

  /** Whether the file is the archive that was downloaded from there, unchanged since. */
  async has(path: string, source: string): Promise<boolean> {
    const known = this.known.get(path);
    return known !== undefined && known === (await fingerprint(path, source).catch(() => undefined));
  }
}

async function fingerprint(path: string, source: string): Promise<string> {
  const { size, mtimeMs, ino } = await stat(path);
  return JSON.stringify([source, size, mtimeMs, ino]);
}
