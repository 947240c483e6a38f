import { maxTrackedFiles, type TrackedFiles } from '../git/trackedFiles';
import type { Log } from './log';
import { DiskLogFiles, TrackedLogFiles, type LogFileFinder } from './logFileFinder';
import { LogFolders } from './logFolders';
import type { LogProject } from './pathLookup';
import { WorkspaceFiles } from './workspaceFiles';
import type { Target } from '../model/snapshot';
import { pathBelow } from '../util/diskPath';
import type { Logger } from '../util/logger';
import type { Build } from '../model/build';
import type { OpenRepository } from '../git/openRepository';
import { pathOfUri } from '../util/fileUri';

/** Difference between a log's commit and the checked-out commit. */
export interface CommitDistance {
  /** The log's commit, if it isn't the checked-out one. */
  readonly sha: string | undefined;
  /** Whether a file differs between both commits; always true if git can't tell. */
  readonly hasChanged: (file: string) => boolean;
}

/** Finder for logs of projects without an open repository. */
const noFiles: LogFileFinder = { find: (places) => Promise.resolve(places.map(() => undefined)) };

const sameCommit: CommitDistance = { sha: undefined, hasChanged: () => false };

/** A log shown in an editor. */
interface LogOfBuild {
  readonly build: Build | undefined;
  /** `root`: URI of the repository's folder; empty if it isn't open. */
  readonly port: { readonly root: string; readonly target: Target };
}

interface Known {
  readonly tracked: TrackedFiles;
  readonly lines: readonly string[];
  readonly finder: LogFileFinder;
}

/** Provides finders for the files of repositories that logs name. */
export class LogFileSource {
  private readonly known = new WeakMap<Log, Known>();
  private readonly logged = new Set<string>();
  private readonly warned = new WeakSet<LogOfBuild>();

  constructor(
    private readonly git: { readonly at: (root: string) => OpenRepository | undefined },
    private readonly log: Logger,
  ) {}

  /** Finder for a log. `log`: the document's whole log, or the part that is shown. */
  async finderFor(log: Log, { port: { root, target } }: LogOfBuild): Promise<LogFileFinder> {
    const where = placeOf(root, target);
    if (where === undefined) return noFiles;
    const tracked = await this.tracked(root);
    if (tracked === undefined) return onDisk(where);
    const { lines } = log;
    const known = this.known.get(log);
    if (known?.tracked === tracked && known.lines === lines) return known.finder;
    const finder = new TrackedLogFiles(tracked, where, new LogFolders(lines));
    this.known.set(log, { tracked, lines, finder });
    return finder;
  }

  /** Finder for paths in a report, which doesn't mention folders. */
  async finderForReport(root: string, target: Target): Promise<LogFileFinder> {
    const [where, tracked] = [placeOf(root, target), await this.tracked(root)];
    if (where === undefined) return noFiles;
    return tracked === undefined ? onDisk(where) : new TrackedLogFiles(tracked, where, new LogFolders([]));
  }

  /** Compares a log's commit with the checked-out one. */
  async distanceOf({ build, port: { root, target } }: LogOfBuild): Promise<CommitDistance> {
    return this.distanceFrom(root, build?.commit?.sha ?? target.sha);
  }

  /** Compares a commit with the checked-out one. */
  async distanceFrom(root: string, sha: string): Promise<CommitDistance> {
    const repository = this.git.at(root);
    if (repository === undefined || sha === '' || repository.position.commit === sha) return sameCommit;
    const folder = repository.repository.rootUri.fsPath;
    try {
      const changed = await repository.changedSince(sha);
      return { sha, hasChanged: (file) => isAmong(changed, (pathBelow(folder, file) ?? '').split('/')) };
    } catch {
      // The commit may be missing locally, for example that of a merge result.
      return { sha, hasChanged: () => true };
    }
  }

  /** Whether this is the first call for a log, so that a warning about its commit is shown only once. */
  isNew(document: LogOfBuild): boolean {
    const isNew = !this.warned.has(document);
    this.warned.add(document);
    return isNew;
  }

  /** Tracked files; undefined if paths must be looked up on the disk. */
  private async tracked(root: string): Promise<TrackedFiles | undefined> {
    try {
      const files = await this.git.at(root)?.trackedFiles();
      if (files === undefined && this.git.at(root) !== undefined)
        this.tellOnce(root, `More than ${maxTrackedFiles} files: paths in logs are looked up on the disk.`);
      return files;
    } catch (error) {
      this.tellOnce(root, `Paths in logs are looked up on the disk: ${String(error)}`);
      return undefined;
    }
  }

  private tellOnce(root: string, sentence: string): void {
    if (this.logged.has(root)) return;
    this.logged.add(root);
    this.log.info(sentence);
  }
}

/** Folder of the repository with its project; undefined if the log's project isn't open, or not on this disk. */
function placeOf(root: string, { project }: Target): LogProject | undefined {
  const folder = pathOfUri(root);
  return folder === undefined ? undefined : { root: folder, project };
}

function onDisk({ root, project }: LogProject): LogFileFinder {
  return new DiskLogFiles(new WorkspaceFiles(root, project));
}

/** Whether the paths include a file or a submodule that contains it. */
function isAmong(paths: ReadonlySet<string>, names: readonly string[]): boolean {
  return names.some((_, at) => paths.has(names.slice(0, at + 1).join('/')));
}
