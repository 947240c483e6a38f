import { EventEmitter, FileChangeType, FileSystemError } from 'vscode';
import type { Disposable, FileChangeEvent, FileStat, Uri } from 'vscode';
import type { Clock } from '../../core/util/timer';
import { readOnlyStat, textBytes, type ReadableFiles } from '../readOnlyFiles';
import type { ComparedLogs } from './compareLogs';
import type { Logs } from './logs';

/**
 * Provides logs as read-only files. VS Code restores editors of files after the window is reloaded, and reads them again
 * after the extension host has restarted; documents of a content provider would be lost in both cases.
 */
export class LogFiles implements ReadableFiles, Disposable {
  private readonly changed = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  /** Time of each log's last change by URI. VS Code reads a file again only if its time has changed. */
  private readonly changedAt = new Map<string, number>();
  private lastTime = 0;
  private readonly subscriptions: readonly Disposable[];

  constructor(
    private readonly logs: Logs,
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.subscriptions = [
      this.changed,
      logs.onDidChange((uri) => this.change(uri)),
      logs.onDidClose((uri) => void this.changedAt.delete(uri.toString())),
    ];
  }

  stat(uri: Uri): FileStat {
    return readOnlyStat(this.changedAt.get(uri.toString()) ?? this.nextTime());
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return textBytes(await this.logs.textAt(uri));
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  private change(uri: Uri): void {
    this.changedAt.set(uri.toString(), this.nextTime());
    this.changed.fire([{ type: FileChangeType.Changed, uri }]);
  }

  /** The current time, but later than all previous ones even if the clock was set back. */
  private nextTime(): number {
    this.lastTime = Math.max(this.clock.now(), this.lastTime + 1);
    return this.lastTime;
  }
}

/** Provides logs for diff editors, as they were when they were requested. */
export class ComparedFiles implements ReadableFiles {
  constructor(private readonly logs: ComparedLogs) {}

  stat(): FileStat {
    return readOnlyStat(0);
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    return textBytes(await this.logs.textAt(uri));
  }
}
