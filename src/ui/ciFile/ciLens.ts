import {
  CodeLens,
  EventEmitter,
  l10n,
  languages,
  Range,
  type CodeLensProvider,
  type Disposable,
  type Event,
  type TextDocument,
} from 'vscode';
import { longestCiFile, type CiJob } from '../../core/ciFile/ciFile';
import { buildsByJob } from '../../core/ciFile/jobNames';
import { can } from '../../core/model/abilities';
import { durationSeconds, hasFailed, isTimed, severity, worstStatus, type Build } from '../../core/model/build';
import { buildsThatCount } from '../../core/model/pipeline';
import type { Ready, Snapshot } from '../../core/model/snapshot';
import { buildLabel, groupDescription, statusCodicon, usualSeconds } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { formatDuration } from '../text/timeText';
import { placeOfFile, type CiFiles, type ShownRepositories } from './ciFiles';

interface ShownBuilds extends ShownRepositories {
  snapshotOf(root: string): Snapshot | undefined;
}

interface LensSettings {
  readonly onDidChangeDisplay: Event<void>;
  showsCiLens(): boolean;
}

/** Code lenses over the jobs of CI files: how their builds stand, and what can be done with them. */
export class CiLens implements CodeLensProvider, Disposable {
  private readonly changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly registration = languages.registerCodeLensProvider(
    { scheme: 'file', pattern: '**/*.{yml,yaml}' },
    this,
  );

  private readonly listener: Disposable;

  constructor(
    private readonly files: Pick<CiFiles, 'isCiFile' | 'read'>,
    private readonly shown: ShownBuilds,
    private readonly settings: LensSettings,
  ) {
    this.listener = settings.onDidChangeDisplay(() => this.show());
  }

  /** Called when builds have changed. */
  show(): void {
    this.changed.fire();
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const place = this.settings.showsCiLens() ? placeOfFile(this.shown, document.uri) : undefined;
    if (place === undefined) return [];
    const snapshot = this.shown.snapshotOf(place.root);
    const text = document.getText();
    if (snapshot?.kind !== 'ready' || text.length > longestCiFile) return [];
    if (!(await this.files.isCiFile(place.repository, place.path))) return [];
    const { jobs } = await this.files.read(document.uri.toString(), text);
    // If several jobs have the same name, the last one counts.
    const byName = new Map(jobs.map((job) => [job.name, job]));
    const builds = buildsByJob(buildsThatCount(snapshot), [...byName.keys()]);
    return [...byName.values()].flatMap((job) => lensesOf(job, builds.get(job.name) ?? [], snapshot, place.root));
  }

  dispose(): void {
    this.listener.dispose();
    this.registration.dispose();
    this.changed.dispose();
  }
}

function lensesOf({ line, character }: CiJob, builds: readonly Build[], snapshot: Ready, root: string): CodeLens[] {
  const build = mainBuild(builds);
  if (build === undefined) return [];
  const range = new Range(line, character, line, character);
  const argument = { build: build.id, repository: root };
  return [
    { title: stateWords(build, builds, snapshot), command: 'nextFailed', tooltip: l10n.t('Show in the view') },
    ...actionsOn(build, snapshot.readOnly),
  ].map(
    ({ command, ...shown }) =>
      new CodeLens(range, { ...shown, command: `gitlabBuilds.${command}`, arguments: [argument] }),
  );
}

/** The build that decides how the job stands: the worst, else the newest. */
function mainBuild(builds: readonly Build[]): Build | undefined {
  const rank = (build: Build): number => (hasFailed(build) ? Infinity : severity(build.status));
  return [...builds].sort((a, b) => rank(b) - rank(a) || b.id - a.id)[0];
}

interface Action {
  readonly title: string;
  readonly command: string;
}

function actionsOn(build: Build, readOnly: boolean): readonly Action[] {
  return [
    ...(can(build, 'openLog') ? [{ title: `$(output) ${l10n.t('Log')}`, command: 'openLog' }] : []),
    ...(can(build, 'play', readOnly) ? [{ title: `$(play) ${l10n.t('Play')}`, command: 'play' }] : []),
    ...(can(build, 'retry', readOnly) ? [{ title: `$(debug-restart) ${l10n.t('Retry')}`, command: 'retry' }] : []),
  ];
}

function stateWords(build: Build, builds: readonly Build[], { expected }: Ready): string {
  const status = builds.length === 1 ? buildLabel(build) : groupDescription(builds);
  const icon = statusCodicon(worstStatus(builds) ?? build.status);
  const parts = [status, durationWords(build, builds), usualWords(builds, expected)];
  return `${icon} ${withoutIcons(oneLine(parts.filter((part) => part !== undefined).join(' · ')))}`;
}

/** How long a build took. Omitted while it is running, since it would be out of date at once. */
function durationWords(build: Build, { length }: readonly Build[]): string | undefined {
  const seconds = length > 1 || isTimed(build) ? undefined : durationSeconds(build, 0);
  return seconds === undefined ? undefined : formatDuration(seconds);
}

/** The longest of the usual durations, since builds of one job run side by side. */
function usualWords(builds: readonly Build[], expected: Ready['expected']): string | undefined {
  const usual = builds.flatMap((build) => usualSeconds(build, expected) ?? []);
  return usual.length === 0 ? undefined : l10n.t('usually {0}', formatDuration(Math.max(...usual)));
}
