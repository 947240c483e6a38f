import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../model/errors';
import type { Clock } from '../util/timer';

/** Limits of the folder: a claim matters only until the slowest window has looked. */
const maxClaims = 200;
const longestMs = 24 * 60 * 60_000;
const fileName = /^[0-9a-f]{32}$/;

/**
 * Decides between the windows of a user which one notifies about an event. A claim is an empty file in a folder that all
 * windows share, created by the first. Never rejects: where the folder can't be used, every window notifies.
 */
export class NoticeClaims {
  constructor(
    private readonly folder: string,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** Whether this is the first claim of the event, in any window. */
  async claim(event: string): Promise<boolean> {
    const name = createHash('sha256').update(event).digest('hex').slice(0, 32);
    try {
      await mkdir(this.folder, { recursive: true });
    } catch {
      return true;
    }
    try {
      await writeFile(join(this.folder, name), '', { flag: 'wx' });
    } catch (error) {
      return codeOf(error) !== 'EEXIST';
    }
    await this.prune().catch(() => undefined);
    return true;
  }

  /** Removes old claims, and the oldest ones beyond the limit. */
  private async prune(): Promise<void> {
    const names = (await readdir(this.folder)).filter((name) => fileName.test(name));
    const now = this.clock.now();
    const claims = await Promise.all(names.map((name) => this.ageOf(name, now)));
    const old = claims
      .sort((a, b) => a.ageMs - b.ageMs)
      .filter(({ ageMs }, at) => at >= maxClaims || ageMs > longestMs);
    await Promise.all(old.map(({ name }) => rm(join(this.folder, name), { force: true })));
  }

  /** Another window may have removed the file meanwhile. */
  private async ageOf(name: string, now: number): Promise<{ readonly name: string; readonly ageMs: number }> {
    const found = await stat(join(this.folder, name)).catch(() => undefined);
    return { name, ageMs: now - (found?.mtimeMs ?? now) };
  }
}
