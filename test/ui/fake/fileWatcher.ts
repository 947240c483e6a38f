import { EventEmitter, type RelativePattern } from './basics';

/** Watches nothing: the test says what has changed. */
export class FakeFileWatcher {
  private readonly created = new EventEmitter<void>();
  private readonly changed = new EventEmitter<void>();
  private readonly deleted = new EventEmitter<void>();
  readonly onDidCreate = this.created.event;
  readonly onDidChange = this.changed.event;
  readonly onDidDelete = this.deleted.event;

  constructor(
    readonly pattern: RelativePattern,
    private readonly all: Set<FakeFileWatcher>,
  ) {
    all.add(this);
  }

  change(): void {
    this.changed.fire();
  }

  dispose(): void {
    this.all.delete(this);
  }

  get listenerCount(): number {
    return [this.created, this.changed, this.deleted].reduce((sum, { listenerCount }) => sum + listenerCount, 0);
  }
}
