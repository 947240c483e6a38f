import { EventEmitter, FileChangeType, FileSystemError, l10n, workspace } from 'vscode';
import type { Disposable, FileChangeEvent, FileStat, Uri } from 'vscode';
import type { Build } from '../../core/model/build';
import { listingOf, targetOf, type Snapshot } from '../../core/model/snapshot';
import { timelineOf, type Needs } from '../../core/model/timeline';
import type { Clock } from '../../core/util/timer';
import { readOnlyStat, textBytes, type ReadableFiles } from '../readOnlyFiles';
import type { Clients } from '../../core/gitlab/clients';
import type { Session } from '../../core/session/session';
import { shortSha, statusLabel } from '../text/buildText';
import { pipelineLabel } from '../text/pipelineText';
import { timelineText } from '../text/timelineText';
import { toTimelineAddress, type TimelineAddress } from './timelineUri';

interface Parts {
  readonly session: Session;
  readonly clients: Clients;
  readonly clock: Pick<Clock, 'now'>;
}

/** An open document. */
interface Shown {
  readonly uri: Uri;
  readonly needs: Needs | undefined;
  readonly text: string;
  readonly changedAt: number;
}

/** Timelines of pipelines as read-only files that follow the builds of the view. */
export class TimelineFiles implements ReadableFiles, Disposable {
  private readonly changed = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly shown = new Map<string, Shown>();
  private readonly subscriptions: readonly Disposable[];

  constructor(private readonly parts: Parts) {
    this.subscriptions = [
      this.changed,
      parts.session.onDidChange(() => this.update()),
      workspace.onDidCloseTextDocument(({ uri }) => void this.shown.delete(uri.toString())),
    ];
  }

  stat(uri: Uri): FileStat {
    return readOnlyStat(this.shown.get(uri.toString())?.changedAt ?? this.parts.clock.now());
  }

  readDirectory(uri: Uri): never {
    throw FileSystemError.FileNotADirectory(uri);
  }

  async readFile(uri: Uri): Promise<Uint8Array> {
    const address = toTimelineAddress(uri);
    if (address === undefined) throw FileSystemError.FileNotFound(uri);
    const known = this.shown.get(uri.toString());
    const needs = known === undefined ? await this.needsOf(address) : known.needs;
    const text = this.textOf(address, needs) ?? known?.text ?? goneText();
    this.shown.set(uri.toString(), { uri, needs, text, changedAt: known?.changedAt ?? this.parts.clock.now() });
    return textBytes(text);
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
  }

  /** Redraws the open timelines if their builds have changed. */
  update(): void {
    for (const [key, { uri, needs, text, changedAt }] of this.shown) {
      const address = toTimelineAddress(uri);
      const fresh = address && this.textOf(address, needs);
      if (fresh === undefined || fresh === text) continue;
      this.shown.set(key, { uri, needs, text: fresh, changedAt: Math.max(changedAt + 1, this.parts.clock.now()) });
      this.changed.fire([{ type: FileChangeType.Changed, uri }]);
    }
  }

  private async needsOf({ root, pipeline, sha }: TimelineAddress): Promise<Needs | undefined> {
    const target = targetOf(this.parts.session.snapshotOf(root));
    if (target === undefined || pipeline === undefined) return undefined;
    const client = this.parts.clients.of(target.instance);
    return client.pipelines.needsOf(target.project, { id: pipeline, sha }, new AbortController().signal);
  }

  /** Undefined if the pipeline isn't shown at present. */
  private textOf(address: TimelineAddress, needs: Needs | undefined): string | undefined {
    const snapshot = this.parts.session.snapshotOf(address.root);
    const builds = buildsAt(address, snapshot);
    const pipeline = listingOf(snapshot).pipelines.find(({ id }) => id === address.pipeline);
    if (builds.length === 0 && pipeline === undefined) return undefined;
    const title =
      pipeline === undefined
        ? shortSha(address.sha)
        : l10n.t('{0} #{1}: {2}', pipelineLabel(pipeline), pipeline.id, statusLabel(pipeline.status));
    const timeline = timelineOf(builds, pipeline, asOf(snapshot) ?? this.parts.clock.now(), needs);
    return timeline === undefined ? l10n.t('No build of {0} has started.', title) : timelineText(title, timeline);
  }
}

function buildsAt({ pipeline, sha }: TimelineAddress, snapshot: Snapshot | undefined): readonly Build[] {
  if (pipeline === undefined && targetOf(snapshot)?.sha !== sha) return [];
  return listingOf(snapshot).builds.filter((build) => build.pipeline === pipeline);
}

/** When the builds were loaded, if that isn't just now. */
function asOf(snapshot: Snapshot | undefined): number | undefined {
  return snapshot?.kind === 'ready' ? snapshot.stale?.asOf : undefined;
}

function goneText(): string {
  return l10n.t("The builds of this pipeline aren't shown. Show its commit to see its timeline.");
}
