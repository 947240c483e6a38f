import { ConfigurationTarget, Disposable, EventEmitter, l10n, Uri, workspace, type Event } from 'vscode';
import { defaultLimits, type ExtractLimits } from '../../core/artifacts/extract/extractLimits';
import { toBaseUrl, toHost, type Instance } from '../../core/model/instance';
import type { RepositorySettings } from '../../core/model/remotes';
import type { Intervals } from '../../core/polling/schedule';
import { groupings, type Grouping } from '../../core/model/tree';

/** Which results of a commit's builds to notify about. */
type NotificationLevel = 'never' | 'failures' | 'all';
const notificationLevels: readonly NotificationLevel[] = ['never', 'failures', 'all'];

/** When to notify about failed builds of a commit. */
type NotificationMoment = 'firstFailure' | 'end' | 'both';
const notificationMoments: readonly NotificationMoment[] = ['firstFailure', 'end', 'both'];

/** Whether agents can act on builds: after our own confirmation, after only the editor's, or never. */
type AgentActions = 'ask' | 'trustEditor' | 'off';
const agentActions: readonly AgentActions[] = ['ask', 'trustEditor', 'off'];

/** When the commit's tests are put into the Testing view. */
export type TestingSetting = 'onDemand' | 'always' | 'never';
const testingSettings: readonly TestingSetting[] = ['onDemand', 'always', 'never'];

/** Maximum refresh interval in seconds: a longer one would look broken. */
const maxSeconds = 3600;
const megabyte = 1_000_000;
/** Settings of the display, and those that determine which builds to load. */
const displayKeys = ['groupBy', 'ciFile.codeLens'];
const loadingKeys = ['instances', 'remote', 'project', 'refresh'];

/** Reads all of our settings. An invalid value counts as not set. */
export class Settings implements Disposable {
  private readonly displayChanged = new EventEmitter<void>();
  private readonly sourceChanged = new EventEmitter<void>();
  /** Fires when a setting of the display changed, which requires no requests. */
  readonly onDidChangeDisplay: Event<void> = this.displayChanged.event;
  /** Fires when a setting changed that determines which builds to load, or how often. */
  readonly onDidChangeSource: Event<void> = this.sourceChanged.event;
  private readonly listener = workspace.onDidChangeConfiguration((event) => {
    if (displayKeys.some((key) => event.affectsConfiguration(`gitlabBuilds.${key}`))) this.displayChanged.fire();
    if (loadingKeys.some((key) => event.affectsConfiguration(`gitlabBuilds.${key}`))) this.sourceChanged.fire();
  });

  /** Configured instances. Only from user settings: a repository must not determine where requests and tokens go. */
  instances(): readonly Instance[] {
    const written = writtenInstances();
    return Array.isArray(written) ? written.flatMap((entry) => toInstance(entry) ?? []) : [];
  }

  /**
   * Problems with the setting for instances, one sentence each. Values aren't included, because they may contain
   * secrets.
   */
  instanceFlaws(): readonly string[] {
    const written = writtenInstances();
    if (written === undefined) return [];
    if (!Array.isArray(written)) return [l10n.t('The setting gitlabBuilds.instances is not a list, so it is ignored.')];
    return written.flatMap((entry: unknown, index) => flawsOf(entry, index + 1));
  }

  /** Raw value of a setting by its key without `gitlabBuilds.` */
  written(key: string, isUsersAlone: boolean): readonly unknown[] {
    const folders = [undefined, ...(workspace.workspaceFolders ?? []).map(({ uri }) => uri)];
    const values = folders.flatMap((folder) => {
      const levels = workspace.getConfiguration('gitlabBuilds', folder).inspect<unknown>(key);
      if (isUsersAlone) return [levels?.globalValue];
      return [levels?.globalValue, levels?.workspaceValue, levels?.workspaceFolderValue];
    });
    return values.filter((value) => value !== undefined);
  }

  /** `root`: URI of the repository's folder. */
  forRepository(root: string): RepositorySettings {
    const folder = Uri.parse(root);
    const preferred = this.text('remote', folder);
    const project = this.text('project', folder) || this.numeric('project', folder);
    return { ...(preferred === '' ? {} : { preferred }), ...(project === '' ? {} : { project }) };
  }

  artifactsDirectory(root: Uri): string {
    return this.text('artifacts.directory', root) || '.gitlab-builds';
  }

  /** Whether to unpack archives after downloading. */
  extractsArtifacts(root: Uri): boolean {
    return workspace.getConfiguration('gitlabBuilds', root).get<unknown>('artifacts.extract') === true;
  }

  /** Size limit of the cache in bytes. Only from user settings, because a repository must not fill the disk. */
  cacheBytes(): number {
    return this.own('artifacts.cacheMegabytes', 200, 0) * megabyte;
  }

  /** Limits for extraction. Only from user settings: a repository must not lift the protection. */
  extractLimits(): ExtractLimits {
    const { maxEntries, maxBytes, maxRatio, ratioFromBytes } = defaultLimits;
    return {
      maxEntries: this.own('artifacts.maxEntries', maxEntries, 1),
      maxBytes: this.own('artifacts.maxUnpackedMegabytes', maxBytes / megabyte, 1) * megabyte,
      maxRatio: this.own('artifacts.maxRatio', maxRatio, 1),
      ratioFromBytes,
    };
  }

  intervals(): Intervals {
    const [activeSeconds, idleSeconds] = [this.seconds('activeSeconds', 5, 2), this.seconds('idleSeconds', 60, 15)];
    return { activeSeconds, idleSeconds };
  }

  /**
   * Whether to use an agent of our own for requests. In other modes of VS Code's proxy support, an agent would be
   * ignored (`override`) or bypass the user's proxy (`on`).
   */
  usesOwnAgent(): boolean {
    const support = workspace.getConfiguration('http').get<unknown>('proxySupport');
    return support === 'fallback' || support === 'off';
  }

  /** Seconds between refreshes for a while after an action or a push; not less than the user set for running builds. */
  soonSeconds(): number {
    return this.isSet('refresh.activeSeconds') ? this.intervals().activeSeconds : 2;
  }

  /** Number of characters to show at first of a longer log; Infinity: no limit. */
  logTailLength(): number {
    const megabytes = workspace.getConfiguration('gitlabBuilds').get<unknown>('log.tailAbove');
    const isNumber = typeof megabytes === 'number' && Number.isFinite(megabytes) && megabytes >= 0;
    if (!isNumber) return 5e6;
    return megabytes === 0 ? Infinity : Math.max(megabytes, 0.1) * 1e6;
  }

  /** Number of lines that VS Code keeps above a line that it reveals at the top. */
  linesAboveTop(document: Uri): number {
    const editor = workspace.getConfiguration('editor', document);
    const [around, sticky] = [
      editor.get<unknown>('cursorSurroundingLines'),
      editor.get<unknown>('stickyScroll.maxLineCount'),
    ];
    const surrounding = typeof around === 'number' ? around : 0;
    if (editor.get<unknown>('stickyScroll.enabled') === false) return surrounding;
    return Math.max(surrounding, typeof sticky === 'number' ? sticky : 5);
  }

  groupBy(root: Uri | undefined): Grouping {
    const written = this.text('groupBy', root);
    return groupings.find((grouping) => grouping === written) ?? 'stageAndStatus';
  }

  /**
   * Sets the grouping; in the workspace's settings only if they already contain it, because they are files of the
   * repository.
   */
  async setGroupBy(grouping: Grouping, root: Uri | undefined): Promise<void> {
    const configuration = workspace.getConfiguration('gitlabBuilds', root);
    const own = configuration.inspect('groupBy');
    const target =
      own?.workspaceFolderValue !== undefined
        ? ConfigurationTarget.WorkspaceFolder
        : own?.workspaceValue !== undefined
          ? ConfigurationTarget.Workspace
          : ConfigurationTarget.Global;
    await configuration.update('groupBy', grouping, target);
  }

  /** Read at each use, so that a change applies immediately. */
  notifications(): NotificationLevel {
    const written = this.text('notifications', undefined);
    return notificationLevels.find((level) => level === written) ?? 'failures';
  }

  /** Read at each use, so that a change applies immediately. */
  notifyAt(): NotificationMoment {
    const written = this.text('notifyAt', undefined);
    return notificationMoments.find((moment) => moment === written) ?? 'firstFailure';
  }

  /** Reads only the user's settings: a repository must not let agents act without confirmation. */
  agentActions(): AgentActions {
    const written = workspace.getConfiguration('gitlabBuilds').inspect<unknown>('agentActions')?.globalValue;
    return agentActions.find((one) => one === written) ?? 'ask';
  }

  /** Whether the user has switched off VS Code's chat, whose commands then do nothing, without an error. */
  isChatOff(): boolean {
    return workspace.getConfiguration('chat').get<unknown>('disableAIFeatures') === true;
  }

  /** Whether the jobs of CI files have code lenses. */
  showsCiLens(): boolean {
    return workspace.getConfiguration('gitlabBuilds').get<unknown>('ciFile.codeLens') !== false;
  }

  /** Whether to validate CI files when they are saved. Only from user settings, since it sends the file to GitLab. */
  validatesCiFileOnSave(): boolean {
    const written = workspace.getConfiguration('gitlabBuilds').inspect<unknown>('ciFile.validateOnSave');
    return written?.globalValue === true;
  }

  /** Read at each use: a change counts at once. */
  testing(): TestingSetting {
    const written = this.text('testing', undefined);
    return testingSettings.find((setting) => setting === written) ?? 'onDemand';
  }

  /** Sets the level in the user's settings, and in the workspace's if they would override it. */
  async setNotifications(level: NotificationLevel): Promise<void> {
    const configuration = workspace.getConfiguration('gitlabBuilds');
    const isOverridden = configuration.inspect('notifications')?.workspaceValue !== undefined;
    await configuration.update('notifications', level, ConfigurationTarget.Global);
    if (isOverridden) await configuration.update('notifications', level, ConfigurationTarget.Workspace);
  }

  dispose(): void {
    this.listener.dispose();
    this.displayChanged.dispose();
    this.sourceChanged.dispose();
  }

  /** A number from the user's settings, ignoring the workspace's. */
  private own(key: string, fallback: number, least: number): number {
    const value = workspace.getConfiguration('gitlabBuilds').inspect<unknown>(key)?.globalValue;
    return typeof value === 'number' && Number.isFinite(value) ? Math.max(value, least) : fallback;
  }

  private text(key: string, root: Uri | undefined): string {
    const value = workspace.getConfiguration('gitlabBuilds', root).get<unknown>(key);
    return typeof value === 'string' ? value.trim() : '';
  }

  /** Converts a number to a string, for settings such as a project's id. */
  private numeric(key: string, root: Uri | undefined): string {
    const value = workspace.getConfiguration('gitlabBuilds', root).get<unknown>(key);
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : '';
  }

  /** Whether the setting has a value in user or workspace settings. */
  private isSet(key: string): boolean {
    const written = workspace.getConfiguration('gitlabBuilds').inspect<unknown>(key);
    return [written?.globalValue, written?.workspaceValue, written?.workspaceFolderValue].some(
      (value) => value !== undefined,
    );
  }

  private seconds(key: string, fallback: number, least: number): number {
    const value = workspace.getConfiguration('gitlabBuilds.refresh').get<unknown>(key);
    return typeof value === 'number' && Number.isFinite(value)
      ? Math.min(Math.max(value, least), maxSeconds)
      : fallback;
  }
}

export function toInstance(entry: unknown): Instance | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { url, hosts, apiVersion } = entry as Record<string, unknown>;
  const base = typeof url === 'string' ? toBaseUrl(url) : undefined;
  if (base === undefined) return undefined;
  return {
    url: base,
    hosts: Array.isArray(hosts) ? hosts.flatMap((host) => (typeof host === 'string' ? (toHost(host) ?? []) : [])) : [],
    apiVersion: apiVersion === 'v3' || apiVersion === 'v4' ? apiVersion : 'auto',
  };
}

function writtenInstances(): unknown {
  return workspace.getConfiguration('gitlabBuilds').inspect<unknown>('instances')?.globalValue;
}

/** Problems with an entry of the list; `place`: its position, starting at 1. */
function flawsOf(entry: unknown, place: number): readonly string[] {
  if (toInstance(entry) === undefined)
    return [l10n.t('Entry {0} of the setting gitlabBuilds.instances has no valid URL, so it is ignored.', place)];
  const { hosts, apiVersion } = entry as Record<string, unknown>;
  const isVersion = [undefined, 'auto', 'v3', 'v4'].some((version) => version === apiVersion);
  const key = `gitlabBuilds.instances[${place - 1}].apiVersion`;
  return [...(isVersion ? [] : [l10n.t('The setting {0} has no valid value.', key)]), ...hostFlaws(hosts, place)];
}

function hostFlaws(hosts: unknown, place: number): readonly string[] {
  if (hosts === undefined) return [];
  if (!Array.isArray(hosts))
    return [l10n.t('The hosts of entry {0} of the setting gitlabBuilds.instances are not a list.', place)];
  return hosts.flatMap((host: unknown, index) =>
    typeof host === 'string' && toHost(host) !== undefined
      ? []
      : [l10n.t('Host {0} of entry {1} of the setting gitlabBuilds.instances is not a host name.', index + 1, place)],
  );
}
