import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  EventEmitter,
  l10n,
  window,
  workspace,
  type Disposable,
  type Event,
  type TextDocument,
  type Uri,
} from 'vscode';
import { hasFailed, type Build } from '../../core/model/build';
import type { Attention } from '../../core/polling/schedule';
import type { Clock } from '../../core/util/timer';
import { buildsOf, type Target } from '../../core/model/snapshot';
import { flatten } from '../../core/model/arrange';
import type { Clients } from '../../core/gitlab/clients';
import { can } from '../../core/model/abilities';
import { UserError, sentenceFor } from '../report';
import type { KnownProjects } from '../../core/session/knownProjects';
import type { Session } from '../../core/session/session';
import type { Settings } from '../session/settings';
import type { Tokens } from '../../core/session/tokens';
import { editorsOf } from './logEditors';
import { inLines, placeholder } from './placeholder';
import { logScheme } from '../../core/util/fileSchemes';
import { toLogAddress, toLogUri, type LogAddress } from './logUri';
import { LongReading } from './longReading';
import { LogDocument, type LogChangeKind } from './logDocument';
import { isInTab, urisOf } from './logTabs';

interface LogsParts {
  readonly session: Session;
  readonly clients: Clients;
  readonly settings: Settings;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly knownProjects: KnownProjects;
}

interface LogChanged {
  readonly log: LogDocument;
  readonly changed: LogChangeKind;
}

/** Longest time in ms that VS Code may take to show a document's changed text. */
const updateMs = 2000;

/** Provides open logs as read-only documents. A log is dropped when its editor closes. */
export class Logs implements Disposable {
  private readonly open = new Map<string, LogDocument>();
  /** URIs whose logs can't be requested; their editors explain why. */
  private readonly unavailable = new Map<string, Uri>();
  private readonly textChanged = new EventEmitter<Uri>();
  private readonly changed = new EventEmitter<LogChanged>();
  private readonly left = new EventEmitter<Uri>();
  readonly onDidChange: Event<Uri> = this.textChanged.event;
  readonly onDidChangeLog: Event<LogChanged> = this.changed.event;
  /** Fires when the last editor of a log closes. */
  readonly onDidClose: Event<Uri> = this.left.event;
  private readonly subscriptions: Disposable[];

  constructor(private readonly parts: LogsParts) {
    this.subscriptions = [
      this.textChanged,
      this.changed,
      this.left,
      // Also fires if only the document's language changed.
      workspace.onDidCloseTextDocument(({ uri }) => this.leave([uri])),
      window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
        this.leave(closed.flatMap(urisOf));
        for (const uri of opened.flatMap(urisOf)) this.reloadReopened(uri);
      }),
      window.onDidChangeVisibleTextEditors(() => {
        for (const log of this.open.values()) log.onVisibilityChange();
      }),
      parts.tokens.onDidChange(() => this.retry()),
      parts.knownProjects.onDidAdd(() => this.retry()),
      parts.session.onDidChange(() => this.passOnBuildChanges()),
    ];
    // Editors may have outlived the extension host.
    for (const { tabs } of window.tabGroups.all)
      for (const uri of tabs.flatMap(urisOf)) if (this.isHeld(uri)) void this.textAt(uri);
  }

  of(uri: Uri): LogDocument | undefined {
    return uri.scheme === logScheme ? this.open.get(uri.toString()) : undefined;
  }

  /** Opens the document of a build's log and reads it again. Without a log, the text explains why. */
  async document(root: string, target: Target, build: Build): Promise<{ document: TextDocument; log: LogDocument }> {
    const address = { root, instance: target.instance.url, project: target.project, build: build.id };
    const uri = toLogUri(address, build);
    const log = this.of(uri) ?? this.add(this.make(uri, address, target, build));
    await log.readForEditor();
    try {
      const document = await workspace.openTextDocument(uri);
      // If a tab was closed meanwhile, its log was dropped and VS Code asked for another one.
      const shown = this.of(uri) ?? log;
      await this.upToDate(document, shown);
      shown.follow();
      return { document, log: shown };
    } catch (error) {
      this.close(uri);
      throw error;
    }
  }

  /** The next failed build of the commit, wrapping around; skips allowed failures. */
  nextFailed({ build, port: { root } }: LogDocument): Build | undefined {
    const builds = buildsOf(this.parts.session.snapshotOf(root));
    const isWanted = (one: Build): boolean => hasFailed(one) && can(one, 'openLog') && one.id !== build?.id;
    const at = builds.findIndex(({ id }) => id === build?.id);
    return [...builds.slice(at + 1), ...builds.slice(0, Math.max(at, 0))].find(isWanted);
  }

  /** Whether the token is known to only permit reading. */
  isReadOnly({ port: { root } }: LogDocument): boolean {
    const snapshot = this.parts.session.snapshotOf(root);
    return snapshot?.kind === 'ready' && snapshot.readOnly;
  }

  /** Reloads logs after an action that a build's status doesn't show, such as erasing. */
  lookAgain(): void {
    for (const log of this.open.values()) log.lookAgain();
  }

  /** Reads a build's log without an editor. Throws UserError if there is none. */
  async now(root: string, target: Target, build: Build): Promise<LogDocument> {
    const address = { root, instance: target.instance.url, project: target.project, build: build.id };
    return once(this.make(toLogUri(address, build), address, target));
  }

  /** Like `now`, by URI. Throws UserError if there is none. */
  async readAt(uri: Uri): Promise<LogDocument> {
    return once(await this.found(uri));
  }

  /** Text of a document; also called for restored editors. */
  async textAt(uri: Uri): Promise<string> {
    try {
      const log = this.of(uri) ?? (await this.restored(uri));
      if (!log.isRead) await log.readForEditor();
      // Let pending reads finish first.
      await nextTurn();
      return log.text;
    } catch (error) {
      this.unavailable.set(uri.toString(), uri);
      return inLines(sentenceFor(error));
    }
  }

  dispose(): void {
    for (const one of this.subscriptions) one.dispose();
    for (const log of this.open.values()) log.dispose();
    this.open.clear();
  }

  private async restored(uri: Uri): Promise<LogDocument> {
    const made = await this.found(uri);
    // Two requests may have run at once: keep the first.
    const log = this.of(uri) ?? this.add(made);
    await log.readForEditor();
    log.follow();
    return log;
  }

  /** Reloads a reopened document: VS Code caches documents after their editors close, with outdated text. */
  private reloadReopened(uri: Uri): void {
    if (this.isHeld(uri)) this.textChanged.fire(uri);
  }

  /** VS Code has the document of a log that nothing is known of here. */
  private isHeld(uri: Uri): boolean {
    return uri.scheme === logScheme && isOpen(uri) && this.of(uri) === undefined;
  }

  private async upToDate(document: TextDocument, log: LogDocument): Promise<void> {
    if (document.getText() === log.text) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        listener.dispose();
        this.parts.clock.clearTimeout(timeout);
        resolve();
      };
      const listener = workspace.onDidChangeTextDocument((event) => {
        if (event.document === document) done();
      });
      const timeout = this.parts.clock.setTimeout(done, updateMs);
      this.textChanged.fire(log.uri);
    });
  }

  private add(log: LogDocument): LogDocument {
    this.open.set(log.uri.toString(), log);
    return log;
  }

  /**
   * Creates the log for a URI, only for an instance that the user is signed in to and a project of this workspace,
   * since URIs are untrusted.
   */
  private async found(uri: Uri): Promise<LogDocument> {
    const address = toLogAddress(uri);
    const instances = await this.parts.session.instances();
    const instance = instances.find(({ url }) => url === address?.instance);
    if (address === undefined || instance === undefined || (await this.parts.tokens.get(instance.url)) === undefined)
      throw new UserError(l10n.t("You aren't signed in to the GitLab that has this log. Sign in to see it."));
    if (!this.parts.knownProjects.has(address))
      throw new UserError(
        l10n.t("This workspace hasn't shown the project of this log. Open a repository of that project first."),
      );
    return this.make(uri, address, { instance, project: address.project, sha: '', pinned: true });
  }

  private make(uri: Uri, { root, build: id, project }: LogAddress, target: Target, build?: Build): LogDocument {
    const { session, clients, settings, clock } = this.parts;
    const client = clients.of(target.instance);
    const port = {
      uri,
      root,
      target,
      clock,
      build: async (signal: AbortSignal) => known(session, root, id) ?? (await client.build(project, id, signal)),
      trace: (etag: string | undefined, signal: AbortSignal) => client.trace(project, id, signal, etag),
      // A log that is open is read at the same pace without focus, too: it is often beside another window.
      attention: () => attentionTo(editorsOf(uri).length > 0),
      intervals: () => settings.intervals(),
      tailLength: () => settings.logTailLength(),
      longReading: (name: string, cancel: () => void) => new LongReading(name, cancel),
      show: (news: LogChangeKind) => this.show(log, news),
    };
    const log = new LogDocument(port, build);
    return log;
  }

  private show(log: LogDocument, changed: LogChangeKind): void {
    if (this.of(log.uri) !== log) return;
    this.changed.fire({ log, changed });
    if (changed !== 'state') this.textChanged.fire(log.uri);
  }

  /** Retries logs after a token was added, removed or replaced. */
  private retry(): void {
    for (const log of this.open.values()) if (log.failure !== undefined) log.lookAgain();
    const strange = [...this.unavailable.values()];
    this.unavailable.clear();
    for (const uri of strange) this.textChanged.fire(uri);
  }

  /** Passes on changes of builds that the view has loaded. */
  passOnBuildChanges(): void {
    for (const log of this.open.values()) {
      const { root, uri } = log.port;
      const id = toLogAddress(uri)?.build;
      const now = id === undefined ? undefined : known(this.parts.session, root, id);
      if (now !== undefined && now.status !== log.build?.status) log.lookAgain();
    }
  }

  private leave(uris: readonly Uri[]): void {
    for (const uri of uris) if (uri.scheme === logScheme && !isInTab(uri)) this.close(uri);
  }

  private close(uri: Uri): void {
    this.unavailable.delete(uri.toString());
    const log = this.of(uri);
    if (log === undefined) return;
    log.dispose();
    this.open.delete(uri.toString());
    this.left.fire(uri);
  }
}

async function once(log: LogDocument): Promise<LogDocument> {
  try {
    await log.read();
    if (log.isEmpty) throw new UserError(placeholder(log));
    return log;
  } finally {
    log.dispose();
  }
}

/** The build as loaded by the view, if that is current. */
function known(session: Session, root: string, id: number): Build | undefined {
  const snapshot = session.snapshotOf(root);
  if (snapshot?.kind !== 'ready' || snapshot.stale !== undefined) return undefined;
  return flatten(buildsOf(snapshot)).find((build) => build.id === id);
}

function isOpen(uri: Uri): boolean {
  return workspace.textDocuments.some((document) => document.uri.toString() === uri.toString());
}

function attentionTo(isShown: boolean): Attention {
  return { visible: isShown, focused: isShown };
}
