import { Uri } from 'vscode';
import { mostTrackedFiles, type TrackedFiles } from '../../core/git/trackedFiles';
import type { Log } from '../../core/log/log';
import { DiskLogFiles, TrackedLogFiles, type LogFileFinder } from '../../core/log/logFileFinder';
import { LogFolders } from '../../core/log/logFolders';
import type { LogProject } from '../../core/log/pathLookup';
import { WorkspaceFiles } from '../../core/log/workspaceFiles';
import type { Target } from '../../core/model/snapshot';
import { pathBelow } from '../../core/util/diskPath';
import type { Logger } from '../../core/util/logger';
import type { Repositories } from '../git/repositories';
import type { LogDocument } from './logDocument';

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

interface Known {
  readonly tracked: TrackedFiles;
  readonly lines: readonly string[];
  readonly finder: LogFileFinder;
}

/** Provides finders for the files of repositories that logs name. */
export class LogFileSource {
  private readonly known = new WeakMap<Log, Known>();
  private readonly told = new Set<string>();
  private readonly warned = new WeakSet<LogDocument>();

  constructor(
    private readonly git: Pick<Repositories, 'at'>,
    private readonly log: Logger,
  ) {}

  /** Finder for a log. `log`: the document's whole log, or the part that is shown. */
  async finderFor(log: Log, { port: { root, target } }: LogDocument): Promise<LogFileFinder> {
    if (root === '') return noFiles;
    const where = placeOf(root, target);
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
    return tracked === undefined ? onDisk(where) : new TrackedLogFiles(tracked, where, new LogFolders([]));
  }

  /** Compares a log's commit with the checked-out one. */
  async distanceOf({ build, port: { root, target } }: LogDocument): Promise<CommitDistance> {
    return this.distanceFrom(root, build?.commit?.sha ?? target.sha);
  }

  /** Compares a commit with the checked-out one. */
  async distanceFrom(root: string, sha: string): Promise<CommitDistance> {
    const repository = this.git.at(root);
    if (repository === undefined || sha === '' || repository.position.commit === sha) return sameCommit;
    const folder = Uri.parse(root).fsPath;
    try {
      const changed = await repository.changedSince(sha);
      return { sha, hasChanged: (file) => isAmong(changed, (pathBelow(folder, file) ?? '').split('/')) };
    } catch {
      // The commit may be missing locally, for example that of a merge result.
      return { sha, hasChanged: () => true };
    }
  }

  /** Whether this is the first call for a log, so that a warning about its commit is shown only once. */
  isNew(document: LogDocument): boolean {
    const isNew = !this.warned.has(document);
    this.warned.add(document);
    return isNew;
  }

  /** Tracked files; undefined if paths must be looked up on the disk. */
  private async tracked(root: string): Promise<TrackedFiles | undefined> {
    try {
      const files = await this.git.at(root)?.trackedFiles();
      if (files === undefined && this.git.at(root) !== undefined)
        this.tellOnce(root, `More than ${mostTrackedFiles} files: paths in logs are looked up on the disk.`);
      return files;
    } catch (error) {
      this.tellOnce(root, `Paths in logs are looked up on the disk: ${String(error)}`);
      return undefined;
    }
  }

  private tellOnce(root: string, sentence: string): void {
    if (this.told.has(root)) return;
    this.told.add(root);
    this.log.info(sentence);
  }
}

function placeOf(root: string, { project }: Target): LogProject {
  return { root: Uri.parse(root).fsPath, project };
}

function onDisk({ root, project }: LogProject): LogFileFinder {
  return new DiskLogFiles(new WorkspaceFiles(root, project));
}

/** Whether the paths include a file or a submodule that contains it. */
function isAmong(paths: ReadonlySet<string>, names: readonly string[]): boolean {
  return names.some((_, at) => paths.has(names.slice(0, at + 1).join('/')));
}
