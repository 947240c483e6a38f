import {
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
  type Event,
  type TextDocument,
  type TextDocumentContentProvider,
  type Uri,
} from 'vscode';
import { isActive, type Build } from '../../core/build';
import type { Clock } from '../../core/schedule';
import { buildsOf, type Target } from '../../core/snapshot';
import { flatten } from '../../core/arrange';
import type { Clients } from '../clients';
import { mayHaveLog } from '../contextValue';
import { buildTitle, statusLabel } from '../present';
import { Refusal, sentenceFor } from '../report';
import type { Session } from '../session';
import type { Settings } from '../settings';
import { logScheme, toLogAddress, toLogUri, type LogAddress } from './logUri';
import { OpenLog } from './openLog';

export interface LogsParts {
  readonly session: Session;
  readonly clients: Clients;
  readonly settings: Settings;
  readonly clock: Clock;
}

export interface LogChanged {
  readonly log: OpenLog;
  readonly changed: 'text' | 'state';
}

/** The logs whose editors are open, as read-only documents. What an editor has left is forgotten. */
export class Logs implements TextDocumentContentProvider, Disposable {
  private readonly open = new Map<string, OpenLog>();
  private readonly textChanged = new EventEmitter<Uri>();
  private readonly changed = new EventEmitter<LogChanged>();
  readonly onDidChange: Event<Uri> = this.textChanged.event;
  readonly onDidChangeLog: Event<LogChanged> = this.changed.event;
  private readonly subscriptions: Disposable[];

  constructor(private readonly parts: LogsParts) {
    this.subscriptions = [
      this.textChanged,
      this.changed,
      workspace.registerTextDocumentContentProvider(logScheme, this),
      workspace.onDidCloseTextDocument(({ uri }) => this.close(uri)),
      window.onDidChangeVisibleTextEditors(() => {
        for (const log of this.open.values()) log.attend();
      }),
    ];
  }

  of(uri: Uri): OpenLog | undefined {
    return uri.scheme === logScheme ? this.open.get(uri.toString()) : undefined;
  }

  /** The document of a build's log, as it is now. Throws a Refusal where there is no log to show. */
  async document(root: string, target: Target, build: Build): Promise<{ document: TextDocument; log: OpenLog }> {
    const address = { root, instance: target.instance.url, project: target.project, build: build.id };
    const uri = toLogUri(address, build);
    const known = this.of(uri);
    const log = known ?? (await this.readInto(uri, this.make(uri, address, target)));
    await known?.read();
    try {
      const document = await workspace.openTextDocument(uri);
      log.follow();
      return { document, log };
    } catch (error) {
      this.close(uri);
      throw error;
    }
  }

  /** The failed build of the same commit after this one, or the first where this is the last. */
  nextFailed({ build, port: { root } }: OpenLog): Build | undefined {
    const builds = buildsOf(this.parts.session.snapshotOf(root));
    const isWanted = (one: Build): boolean => one.status === 'failed' && mayHaveLog(one) && one.id !== build?.id;
    const at = builds.findIndex(({ id }) => id === build?.id);
    return [...builds.slice(at + 1), ...builds.slice(0, Math.max(at, 0))].find(isWanted);
  }

  /** Something was done to builds that their state does not tell, such as erasing. */
  lookAgain(): void {
    for (const log of this.open.values()) log.lookAgain();
  }

  /** A build's log as it is now, for no editor. Throws a Refusal where there is none. */
  async now(root: string, target: Target, build: Build): Promise<OpenLog> {
    const address = { root, instance: target.instance.url, project: target.project, build: build.id };
    return this.once(this.make(toLogUri(address, build), address, target));
  }

  /** The same by its address. Throws a Refusal where there is none. */
  async readAt(uri: Uri): Promise<OpenLog> {
    return this.once(await this.found(uri));
  }

  /** Also for an editor that VS Code brings back: what goes wrong is told in its place, and not kept. */
  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const known = this.of(uri);
    if (known !== undefined) return known.text;
    try {
      return await this.restored(uri);
    } catch (error) {
      throw new Error(sentenceFor(error), { cause: error });
    }
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    for (const log of this.open.values()) log.dispose();
    this.open.clear();
  }

  private async restored(uri: Uri): Promise<string> {
    const log = await this.readInto(uri, await this.found(uri));
    log.follow();
    return log.text;
  }

  /** It may have been opened twice at once: the first stays. */
  private async readInto(uri: Uri, log: OpenLog): Promise<OpenLog> {
    await readWhole(log);
    const other = this.of(uri);
    if (other !== undefined) {
      log.dispose();
      return other;
    }
    this.open.set(uri.toString(), log);
    return log;
  }

  /** No instance is ever asked but those that the user knows, whoever wrote the address. */
  private async found(uri: Uri): Promise<OpenLog> {
    const address = toLogAddress(uri);
    const instances = await this.parts.session.instances();
    const instance = instances.find(({ url }) => url === address?.instance);
    if (address === undefined || instance === undefined)
      throw new Refusal(l10n.t('This log is of a GitLab that you are not signed in to.'));
    return this.make(uri, address, { instance, project: address.project, sha: '', pinned: true });
  }

  private async once(log: OpenLog): Promise<OpenLog> {
    try {
      await readWhole(log);
      return log;
    } finally {
      log.dispose();
    }
  }

  private make(uri: Uri, { root, build: id, project }: LogAddress, target: Target): OpenLog {
    const { session, clients, settings, clock } = this.parts;
    const client = clients.of(target.instance);
    const log: OpenLog = new OpenLog({
      uri,
      root,
      target,
      clock,
      build: async (signal) => known(session, root, id) ?? (await client.build(project, id, signal)),
      trace: (etag, signal) => client.trace(project, id, signal, etag),
      attention: () => ({ visible: isVisible(uri), focused: false }),
      intervals: () => settings.intervals(),
      show: (changed) => this.show(log, changed),
    });
    return log;
  }

  private show(log: OpenLog, changed: LogChanged['changed']): void {
    if (this.of(log.uri) !== log) return;
    if (changed === 'text') this.textChanged.fire(log.uri);
    this.changed.fire({ log, changed });
  }

  private close(uri: Uri): void {
    this.of(uri)?.dispose();
    this.open.delete(uri.toString());
  }
}

/** Throws a Refusal where there is no log and none to come. */
async function readWhole(log: OpenLog): Promise<void> {
  await log.read();
  const { build, isEmpty } = log;
  if (build !== undefined && isEmpty && !isActive(build)) throw new Refusal(noLogSentence(build));
}

/** As the view has it, where that is fresh. */
function known(session: Session, root: string, id: number): Build | undefined {
  const snapshot = session.snapshotOf(root);
  if (snapshot?.kind !== 'ready' || snapshot.stale !== undefined) return undefined;
  return flatten(buildsOf(snapshot)).find((build) => build.id === id);
}

function isVisible(uri: Uri): boolean {
  return window.visibleTextEditors.some(({ document }) => document.uri.toString() === uri.toString());
}

function noLogSentence(build: Build): string {
  return build.startedAt === undefined
    ? l10n.t('{0} has no log: it is {1} and never started.', buildTitle(build), statusLabel(build.status))
    : l10n.t('{0} has no log: it was erased, or nothing was written.', buildTitle(build));
}
