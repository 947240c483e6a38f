import type { LogOutputChannel } from 'vscode';
import type { ArtifactsCache } from '../../core/artifacts/artifactCache';
import type { Archives } from '../../core/artifacts/archives';
import type { ArtifactRows } from '../artifacts/artifactRows';
import type { TestSource } from '../../core/artifacts/tests/testSource';
import type { BuildTree } from '../tree/buildTree';
import type { DownloadedArchives } from '../../core/artifacts/download/downloadedArchives';
import type { CiFiles } from '../ciFile/ciFiles';
import type { CiValidation } from '../ciFile/ciValidation';
import type { MergedCiFiles } from '../ciFile/mergedCiFiles';
import type { Clients } from '../../core/gitlab/clients';
import type { CredentialSources } from '../session/credentialSources';
import type { InstanceHosts } from '../../core/session/instanceHosts';
import type { LogEditors } from '../log/logEditor';
import type { LogFileSource } from '../../core/log/logFileSource';
import type { Logs } from '../log/logs';
import type { LogDiagnostics } from '../log/logDiagnostics';
import type { LogTimes } from '../log/logTimes';
import type { Report } from '../report';
import type { Session } from '../../core/session/session';
import type { SettingFlaws } from '../session/settingFlaws';
import type { Settings } from '../session/settings';
import type { Tokens } from '../../core/session/tokens';
import type { StoredVariables } from '../session/storedVariables';
import type { CoverageView } from '../testing/coverageView';
import type { CommitTests } from '../testing/commitTests';
import type { Watches } from '../views/watches';

/** Services that commands use. */
export interface CommandContext {
  readonly session: Session;
  readonly clients: Clients;
  readonly tokens: Tokens;
  readonly settings: Settings;
  readonly instanceHosts: InstanceHosts;
  readonly credentials: CredentialSources;
  readonly settingFlaws: SettingFlaws;
  readonly tree: BuildTree;
  readonly variables: StoredVariables;
  readonly archives: Archives;
  readonly artifactRows: ArtifactRows;
  readonly cache: ArtifactsCache;
  readonly downloaded: DownloadedArchives;
  readonly logs: Logs;
  readonly logPaths: LogFileSource;
  readonly logEditors: LogEditors;
  readonly problems: LogDiagnostics;
  readonly logTimes: LogTimes;
  readonly watches: Watches;
  readonly testSource: TestSource;
  readonly commitTests: CommitTests;
  readonly coverage: CoverageView;
  readonly ciFiles: CiFiles;
  readonly ciValidation: CiValidation;
  readonly mergedCiFiles: MergedCiFiles;
  readonly report: Report;
  readonly log: LogOutputChannel;
  readonly manifest: OwnManifest;
}

/** What the extension's own manifest says of it. */
export interface OwnManifest {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
}

/** A command; `args` as passed by VS Code. Errors are caught and shown to the user by a guard around all commands. */
export type Command = (context: CommandContext, args: readonly unknown[]) => Promise<void>;
