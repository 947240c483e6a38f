import { join } from 'node:path';
import {
  env,
  window,
  workspace,
  type Disposable,
  type EventEmitter,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import { DownloadedArchives } from '../core/artifacts/download/downloadedArchives';
import { sweepUnpacked } from '../core/artifacts/download/stagingFolder';
import { ArtifactsCache } from '../core/artifacts/artifactCache';
import { SshHosts } from '../core/git/sshHosts';
import { type Attention } from '../core/polling/schedule';
import { systemClock } from '../core/util/timer';
import type { AgentToolsParts } from './agents/agentTools';
import { OngoingWaits } from './agents/ongoingWaits';
import type { AgentTools } from './agents/registerTools';
import type { RepositoryBuilds } from './api';
import { TestSource } from '../core/artifacts/tests/testSource';
import { Archives } from '../core/artifacts/archives';
import { ArtifactRows } from './artifacts/artifactRows';
import { entryCache } from '../core/artifacts/entryCache';
import { ArtifactFiles } from './artifacts/fileSystem';
import { openArchive } from '../core/artifacts/openArchive';
import { ComparedLogs } from './log/compareLogs';
import { ComparedFiles, LogFiles } from './log/logFiles';
import type { ReadableFiles } from './readOnlyFiles';
import { BuildTree } from './tree/buildTree';
import { CiFiles } from './ciFile/ciFiles';
import { CiLens } from './ciFile/ciLens';
import { Clients } from '../core/gitlab/clients';
import type { OwnManifest } from './commands/command';
import { table } from './commands/table';
import { Repositories } from './git/repositories';
import { folderOf } from './git/vscodeGit';
import { CiValidation } from './ciFile/ciValidation';
import { MergedCiFiles } from './ciFile/mergedCiFiles';
import { LogColors } from './log/logColors';
import { registerTerminalLinks } from './links/terminalLinks';
import { registerLogFeatures } from './log/logFeatures';
import { LogEditors } from './log/logEditor';
import { LogFileSource } from '../core/log/logFileSource';
import { Logs } from './log/logs';
import { LogDiagnostics } from './log/logDiagnostics';
import { LogStatus } from './log/logStatus';
import { LogTabNames } from './log/logTabNames';
import { logDurations } from './log/logDurations';
import { LogTimes } from './log/logTimes';
import { Notifications, type NotificationsPort } from './views/notifications';
import { BuildDetailsLoader, type DetailsPort } from './session/buildDetailsLoader';
import { NoticeClaims } from '../core/session/noticeClaims';
import { SnapshotCache } from '../core/session/snapshotCache';
import { SnapshotFiles } from '../core/session/snapshotFiles';
import { InstanceCache } from '../core/gitlab/instanceCache';
import { Report } from './report';
import { toRepositoryBuilds } from './repositoryBuilds';
import type { ViewState } from '../core/session/repositoryView';
import { CredentialSources } from './session/credentialSources';
import { InstanceHosts } from '../core/session/instanceHosts';
import { RemoteChoices } from '../core/session/remoteChoices';
import { StateLog } from './session/stateLog';
import { Session } from '../core/session/session';
import type { SessionParts } from '../core/session/repositoryMonitor';
import { KnownProjects } from '../core/session/knownProjects';
import { SettingFlaws } from './session/settingFlaws';
import { Settings } from './session/settings';
import { StatusBar } from './views/statusBar';
import { Tokens } from '../core/session/tokens';
import { StoredVariables } from './session/storedVariables';
import { TimelineFiles } from './timeline/timelineFiles';
import { setKey } from './views/contextKeys';
import { CoverageView } from './testing/coverageView';
import { CommitTests } from './testing/commitTests';
import { Watches } from './views/watches';

/** The running extension, as seen from the entry point. */
interface Shell {
  /** Runs a command; `name` is the part after `gitlabBuilds.`. Never rejects: errors are shown to the user. */
  run(name: string, args: readonly unknown[]): Promise<void>;
  repositories(): readonly RepositoryBuilds[];
  refresh(): Promise<void>;
  readonly files: ReadableFiles;
  readonly logFiles: ReadableFiles;
  readonly comparedFiles: ReadableFiles;
  readonly timelineFiles: ReadableFiles;
  readonly mergedCiFiles: ReadableFiles;
  /** Loaded at the first call. */
  agentTools(): Promise<AgentTools>;
}

/** Creates all objects and connects them; nothing else does. */
export function startShell(context: ExtensionContext, changed: EventEmitter<void>): Shell {
  const manifest = context.extension.packageJSON as OwnManifest;
  const log = window.createOutputChannel('GitLab Builds', { log: true });
  const report = new Report(log);
  const parts = sessionParts(context, log, manifest.version);
  const { git, settings, tokens, clients, snapshotCache, knownProjects, instanceHosts, credentials, clock } = parts;
  const waits = new OngoingWaits(() => session.onVisibilityChange());
  const isLookedAt = () => tree.view.visible || waits.areAny;
  const attention = (): Attention => ({ visible: isLookedAt(), focused: window.state.focused });
  const session = new Session({ ...parts, attention });
  const shared = { session, clients, settings, tokens, clock, knownProjects, report };
  const details = new BuildDetailsLoader(session, clients);
  const { cache, archives, artifactRows, testSource, commitTests, coverage } = artifactParts(context, shared, details);
  const groupingOf = (root: string) => settings.groupBy(folderOf(session, root));
  const tree = new BuildTree(groupingOf, clock, artifactRows, details, session.opened, session.histories);
  const [statusBar, variables] = [new StatusBar(), new StoredVariables(context.secrets)];
  const [logPaths, settingFlaws] = [new LogFileSource(git, log), new SettingFlaws(settings, log, manifest)];
  const { logsShown, documents, logFeatures } = documentParts(shared, logPaths);
  const { ciFiles, ciValidation, ciViews } = ciFileParts(shared, log);
  const act = (name: string, ...args: readonly unknown[]): Promise<void> => run(name, args);
  const [watches, stateLog] = [new Watches({ report, act }), new StateLog(log, (one) => clients.of(one).server)];
  const caches = { cache, archives, artifactRows, variables, downloaded: new DownloadedArchives() };
  const known = { session, clients, tokens, settings, settingFlaws, instanceHosts, credentials };
  const shown = { tree, ...caches, ...logsShown, logPaths, watches, testSource, commitTests, coverage };
  const commandContext = { ...known, ...documents, ciFiles, ciValidation, report, log, manifest, ...shown };
  const run = (name: string, args: readonly unknown[]) =>
    report.guard(name, async () => table[name]?.(commandContext, withBuildOf(commitTests, args)));
  const notifications = new Notifications({ ...shared, act, claims: claimsIn(context), ...attentionOf(tree) });
  context.subscriptions.push(
    // Dispose of the session before what it uses.
    ...[settingFlaws, ...logFeatures, logsShown.logs, archives, artifactRows, commitTests, coverage],
    ...[...ciViews, registerTerminalLinks(session, act)],
    ...[session, notifications, tree, statusBar, clients, snapshotCache, knownProjects, git, settings, tokens, log],
    session.onDidChange((state) => {
      for (const { snapshot } of state.repositories) {
        knownProjects.addShown(snapshot);
        archives.dropReplaced(snapshot);
      }
      for (const view of [tree, statusBar, notifications, watches, commitTests, stateLog, ...ciViews]) view.show(state);
      changed.fire();
    }),
    followOpened(session, { knownProjects, archives, logs: logsShown.logs, timelineFiles: documents.timelineFiles }),
    tokens.onDidChange(() => {
      void report.guard('artifacts', () => archives.dropSignedOut());
      void updateSignedInKey(tokens);
    }),
    settings.onDidChangeDisplay(() => tree.redraw()),
    window.onDidChangeWindowState(() => session.onVisibilityChange()),
    tree.view.onDidChangeVisibility(() => session.onVisibilityChange()),
  );
  void updateSignedInKey(tokens);
  void report.guard('start', () => git.start());
  return {
    run,
    files: new ArtifactFiles(archives),
    ...documents,
    agentTools: () => loadAgentTools({ context: commandContext, clock, attend: waits.begin }),
    repositories: () => repositories(session.state),
    refresh: () => session.refresh(),
  };
}

function claimsIn({ globalStorageUri }: ExtensionContext): NoticeClaims {
  return new NoticeClaims(join(globalStorageUri.fsPath, 'notices'), systemClock);
}

interface OpenedFollowers {
  readonly knownProjects: KnownProjects;
  readonly archives: Archives;
  readonly logs: Logs;
  readonly timelineFiles: TimelineFiles;
}

/** Lets logs, timelines and artifacts of opened pipelines follow their builds. */
function followOpened(
  { opened }: Session,
  { knownProjects, archives, logs, timelineFiles }: OpenedFollowers,
): Disposable {
  return opened.onDidChange(() => {
    for (const snapshot of opened.snapshots) {
      knownProjects.addShown(snapshot);
      archives.dropReplaced(snapshot);
    }
    logs.passOnBuildChanges();
    timelineFiles.update();
  });
}

/** How the tree tells notifications whether they are needed, and shows how many builds fail. */
function attentionOf({ view }: BuildTree): Pick<NotificationsPort, 'isVisible' | 'isFocused' | 'badge'> {
  return {
    isVisible: () => view.visible && window.state.focused,
    isFocused: () => window.state.focused,
    badge: (badge) => (view.badge = badge),
  };
}

/** A chunk of its own: most windows never ask for it. */
async function loadAgentTools(parts: AgentToolsParts): Promise<AgentTools> {
  return (await import('./agents/agentTools')).createAgentTools(parts);
}

/** Creates what a session needs: git, settings, tokens, clients, and storage. */
function sessionParts(
  { secrets, globalState, workspaceState, storageUri }: ExtensionContext,
  log: LogOutputChannel,
  version: string,
) {
  const [git, settings] = [new Repositories(), new Settings()];
  // As it was at the start.
  const environment = { ...process.env };
  const credentials = new CredentialSources({ environment, gitProgram: () => git.program });
  const tokens = new Tokens(secrets, environment, credentials);
  const [instances, knownProjects] = [new InstanceCache(globalState), new KnownProjects(workspaceState)];
  const clients = new Clients({
    log,
    userAgent: `GitLab-Builds/${version} (${env.appName})`,
    tokenOf: (url) => tokens.get(url),
    renewed: (url, refused) => tokens.renewed(url, refused),
    ownAgent: () => settings.usesOwnAgent(),
    factsOf: (instance) => instances.of(instance),
  });
  const forgotten = [instances, knownProjects];
  const files = storageUri === undefined ? undefined : new SnapshotFiles(join(storageUri.fsPath, 'builds'));
  const forget = { keepOnly: (urls: readonly string[]) => forgotten.forEach((one) => one.keepOnly(urls)) };
  const snapshotCache = new SnapshotCache(workspaceState, systemClock, forget, files);
  const [remoteChoices, instanceHosts] = [new RemoteChoices(workspaceState), new InstanceHosts(globalState)];
  const stored = { snapshotCache, knownProjects, remoteChoices, instanceHosts, sshHosts: new SshHosts() };
  return { git, settings, tokens, credentials, clients, log, clock: systemClock, ...stored };
}

/** Sets the context key that says whether there is anything to sign out of. */
async function updateSignedInKey(tokens: Tokens): Promise<void> {
  await setKey('signedIn', (await tokens.stored()).length > 0);
}

/** The arguments of a command, with the build of an item of the Testing view in place of the item. */
function withBuildOf(commitTests: CommitTests, args: readonly unknown[]): readonly unknown[] {
  const reference = commitTests.toReference(args[0]);
  return reference === undefined ? args : [reference];
}

type Shared = Pick<SessionParts, 'tokens' | 'clock'> & {
  readonly clients: Clients;
  readonly settings: Settings;
  readonly session: Session;
  readonly knownProjects: KnownProjects;
  readonly report: Report;
};

/** Creates what shows and caches artifacts. The cache folder is shared by all windows of the user. */
function artifactParts(
  { globalStorageUri }: ExtensionContext,
  { session, clients, settings, tokens, clock, knownProjects, report }: Shared,
  details: DetailsPort,
) {
  const folder = join(globalStorageUri.fsPath, 'artifacts');
  const cache = new ArtifactsCache(folder, () => settings.cacheBytes(), clock);
  const archives = new Archives({
    instances: () => session.instances(),
    isSignedIn: async ({ url }) => (await tokens.get(url)) !== undefined,
    isKnown: (address) => knownProjects.becomesKnown(address, clock),
    open: (instance, address, signal) => openArchive({ clients, cache }, instance, address, signal),
    cache: entryCache(cache),
  });
  void cache.tidy();
  for (const { uri } of workspace.workspaceFolders ?? [])
    if (uri.scheme === 'file') void sweepUnpacked(uri.fsPath, settings.artifactsDirectory(uri), clock);
  const snapshotOf = (root: string) => session.snapshotOf(root);
  const testSource = new TestSource(archives, { snapshotOf, clientOf: (instance) => clients.of(instance).builds });
  const artifactRows = new ArtifactRows(archives, testSource, snapshotOf, clock, details);
  const commitTests = new CommitTests({ source: testSource, settings, report });
  return { cache, archives, artifactRows, testSource, commitTests, coverage: new CoverageView() };
}

/** Creates what knows CI files. */
function ciFileParts(shared: Shared, log: LogOutputChannel) {
  const { session, settings } = shared;
  const ciFiles = new CiFiles();
  const ciValidation = new CiValidation({ ...shared, files: ciFiles, log });
  return { ciFiles, ciValidation, ciViews: [new CiLens(ciFiles, session, settings), ciValidation] };
}

/** Creates logs and timelines, which editors show as files. */
function documentParts(shared: Shared, logPaths: LogFileSource) {
  const logs = new Logs(shared);
  const logFiles = new LogFiles(logs, shared.clock);
  const comparedFiles = new ComparedFiles(new ComparedLogs(logs));
  const timelineFiles = new TimelineFiles(shared);
  const colors = new LogColors(logs);
  const logEditors = new LogEditors(logs, colors, shared.settings);
  const [problems, logTimes] = [new LogDiagnostics(logs, shared.session), new LogTimes(logs)];
  const status = [new LogStatus(logs, shared.clock), new LogTabNames(logs)];
  const drawn = [logEditors, colors, logTimes, logDurations(logs), ...status];
  const logFeatures = [logFiles, timelineFiles, problems, ...drawn, ...registerLogFeatures(logs, logPaths)];
  const documents = { logFiles, comparedFiles, timelineFiles, mergedCiFiles: new MergedCiFiles(shared) };
  return { logsShown: { logs, logEditors, logTimes, problems }, documents, logFeatures };
}

/** Data for the API; omits windows without a repository and repositories that are still loading. */
function repositories({ repositories: all }: ViewState): readonly RepositoryBuilds[] {
  return all.flatMap(({ root, snapshot }) =>
    root === '' || snapshot === undefined ? [] : [toRepositoryBuilds(root, snapshot)],
  );
}
