import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrackedFiles } from '../git/trackedFiles';
import { mapLimit } from '../util/mapLimit';
import { timeSlice } from '../util/timeSlice';
import type { Location } from './location';
import type { LogFolders } from './logFolders';
import { candidatesOf, decided, type LogProject } from './pathLookup';
import type { WorkspaceFiles } from './workspaceFiles';

/** A location that a log line names. */
interface LogPlace extends Pick<Location, 'line' | 'longer'> {
  readonly path: string;
  /** Index of the log's line. */
  readonly at: number;
}

/** Absolute paths of the files that a location may refer to; one if the log leaves no doubt. */
export interface FoundFiles {
  readonly files: readonly string[];
  /** Column in the log line where the matched path begins, if it is longer than the location's own. */
  readonly start?: number;
}

/** Finds the repository's files that a log names. */
export interface LogFileFinder {
  /** Files for each location, in the same order; undefined for those without a file. Yields while working. */
  find(places: readonly LogPlace[]): Promise<readonly (FoundFiles | undefined)[]>;
}

const readsAtOnce = 16;
const chunkBytes = 64 * 1024;
/** Maximum size in bytes of a file whose lines are counted. */
const maxBytes = 16 * 1024 * 1024;
/** Maximum number of candidates whose lines are counted. */
const maxCounted = 50;
/**
 * Maximum number of files to compare with one path, and with all paths of a log. Paths beyond get no link: the
 * repository has that many files of one name, and the log names it over and over.
 */
const maxCompared = { onePath: 30_000, all: 10_000_000 };

/** Looks up paths among the files that git tracks. The folders that the log mentions decide between several candidates. */
export class TrackedLogFiles implements LogFileFinder {
  private readonly known = new Map<string, readonly string[]>();
  private readonly lineCounts = new Map<string, Promise<number>>();
  private compared = 0;

  /** `folders`: those of the log that contains the locations. */
  constructor(
    private readonly tracked: TrackedFiles,
    private readonly where: LogProject,
    private readonly folders: LogFolders,
  ) {}

  async find(places: readonly LogPlace[]): Promise<readonly (FoundFiles | undefined)[]> {
    const yieldIfDue = timeSlice();
    const wanted: (Wanted | undefined)[] = [];
    const counted = new Set<string>();
    for (const place of places) {
      const one = this.wanted(place);
      wanted.push(one);
      for (const file of one?.candidates.slice(0, maxCounted) ?? []) counted.add(file);
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    await mapLimit([...counted], readsAtOnce, (file) => this.lineCount(file));
    const found: (FoundFiles | undefined)[] = [];
    for (const one of wanted) {
      found.push(one === undefined ? undefined : await this.decide(one));
      const turn = yieldIfDue();
      if (turn !== undefined) await turn;
    }
    return found;
  }

  /** The longest possible path that matches a file, with the matching files. */
  private wanted(place: LogPlace): Wanted | undefined {
    for (const { path, start } of place.longer ?? []) {
      const candidates = this.candidates(path);
      if (candidates.length > 0) return { place, path, candidates, start };
    }
    const candidates = this.candidates(place.path);
    return candidates.length > 0 ? { place, path: place.path, candidates } : undefined;
  }

  private candidates(path: string): readonly string[] {
    let found = this.known.get(path);
    if (found === undefined) this.known.set(path, (found = this.compare(path)));
    return found;
  }

  private compare(path: string): readonly string[] {
    const rivals = this.tracked.rivals(path.replaceAll('\\', '/'));
    this.compared += rivals;
    if (rivals > maxCompared.onePath || this.compared > maxCompared.all) return [];
    return candidatesOf(path, this.tracked, this.where);
  }

  /** Decides between candidates. Files that are shorter than the line number are excluded. */
  private async decide({ place, path, candidates, start }: Wanted): Promise<FoundFiles | undefined> {
    const { line = 1, at } = place;
    const possible: string[] = [];
    for (const [index, file] of candidates.entries())
      if (index >= maxCounted || (await this.lineCount(file)) >= line) possible.push(file);
    if (possible.length === 0) return undefined;
    if (possible.length > 1) await this.folders.read(at);
    const hints = possible.length > 1 ? this.folders.of(at, path) : [];
    const one = decided(path, possible, hints, this.where);
    const files = (one === undefined ? possible : [one]).map((file) => join(this.where.root, file));
    return { files, ...(start === undefined ? {} : { start }) };
  }

  private lineCount(file: string): Promise<number> {
    let count = this.lineCounts.get(file);
    if (count === undefined) this.lineCounts.set(file, (count = countLines(join(this.where.root, file))));
    return count;
  }
}

interface Wanted {
  readonly place: LogPlace;
  readonly path: string;
  readonly candidates: readonly string[];
  readonly start?: number;
}

/** Looks up paths on the disk, for repositories without a list of tracked files. */
export class DiskLogFiles implements LogFileFinder {
  constructor(private readonly files: WorkspaceFiles) {}

  async find(places: readonly LogPlace[]): Promise<readonly (FoundFiles | undefined)[]> {
    await this.files.look(places.map(({ path }) => path));
    return places.map(({ path }) => {
      const file = this.files.of(path);
      return file === undefined ? undefined : { files: [file] };
    });
  }
}

/** Number of lines in a file, including an empty last one; infinite if it is too large, 0 if it can't be read. */
async function countLines(path: string): Promise<number> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return 0;
    return found.size > maxBytes ? Infinity : 1 + (await countLineFeeds(path, found.size));
  } catch {
    // A tracked file may be missing on the disk, for example in a sparse checkout.
    return 0;
  }
}

async function countLineFeeds(path: string, size: number): Promise<number> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(1, size)));
    for (let count = 0; ;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return count;
      for (let at = buffer.indexOf(0x0a); at >= 0 && at < bytesRead; at = buffer.indexOf(0x0a, at + 1)) count += 1;
    }
  } finally {
    await file.close();
  }
}
