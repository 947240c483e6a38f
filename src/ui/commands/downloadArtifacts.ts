import { isNotFound } from '../../core/model/errors';
import { l10n } from 'vscode';
import { hasArtifacts, type Build } from '../../core/model/build';
import { saveArtifacts } from '../../core/artifacts/download/save';
import type { ResumePoint } from '../../core/artifacts/download/transfer';
import { goneSentence, noneSentence } from '../text/goneArtifacts';
import { buildTitle, formatSize } from '../text/buildText';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import { download, toFileRange, type Download, type Step, confirmReplace } from './downloads';
import { offerSaved, unpackSaved, type Saved } from './savedArchives';
import { type TargetSnapshot, workspaceFolderOf } from './targets';
import { subjectsOf, type TargetQuery, type Subjects } from './subjects';
import { plural } from '../text/plural';

/** Downloads whole archives, and unpacks them if the setting says so. */
export const downloadArtifacts: Command = (context, args) =>
  downloadAll(context, args, l10n.t('Select builds to download artifacts from'), undefined);

/** Downloads whole archives and unpacks them regardless of the setting. */
export const extractArtifacts: Command = (context, args) =>
  downloadAll(context, args, l10n.t('Select builds to download and extract artifacts from'), true);

async function downloadAll(
  context: CommandContext,
  args: readonly unknown[],
  pick: string,
  extracts: boolean | undefined,
): Promise<void> {
  const question: TargetQuery = {
    can: hasArtifacts,
    pick,
    none: l10n.t('No build has artifacts.'),
    why: (build) => noneSentence(build, Date.now()),
  };
  const wanted = withArtifacts(await subjectsOf(context, args, question));
  const run = new Run(context, wanted, extracts);
  const [first] = run.builds;
  if (first === undefined) return;
  const title =
    run.builds.length === 1
      ? l10n.t('Artifacts of {0}', buildTitle(first))
      : l10n.t('Artifacts of {0} builds', run.builds.length);
  try {
    await download(context, title, run.downloads());
  } finally {
    void context.report.guard('downloadArtifacts', () => offerSaved(context, [...run.saved.values()]));
  }
}

/** Checks that the builds have artifacts. Throws UserError if one that was named has none. */
function withArtifacts(subjects: readonly Subjects[]): readonly Subjects[] {
  const able = subjects.map((one) => ({ ...one, builds: one.builds.filter(hasArtifacts) }));
  const [named] = subjects.flatMap(({ builds }) => builds);
  if (named !== undefined && able.every(({ builds }) => builds.length === 0))
    throw new UserError(noneSentence(named, Date.now()));
  return able;
}

/** Downloads of one command. */
class Run {
  /** Saved files by path. */
  readonly saved = new Map<string, Saved>();
  readonly builds: readonly Build[];
  private readonly asking;

  constructor(
    private readonly context: CommandContext,
    private readonly subjects: readonly Subjects[],
    private readonly extracts: boolean | undefined,
  ) {
    this.builds = subjects.flatMap(({ builds }) => builds);
    this.asking = confirmReplace(context.report, this.builds.length > 1);
  }

  downloads(): readonly Download[] {
    return this.subjects.flatMap(({ root, target, builds }) =>
      builds.map((build) => ({
        title: buildTitle(build),
        size: build.artifacts?.size ?? 0,
        run: (progress, signal) => this.save({ root, target }, build, progress, signal),
      })),
    );
  }

  private async save(
    place: TargetSnapshot,
    build: Build,
    progress: (step: Step) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { context, asking } = this;
    const folder = workspaceFolderOf(context, place.root);
    const extracts = this.extracts ?? context.settings.extractsArtifacts(folder);
    const { instance, project } = place.target;
    const source = JSON.stringify([instance.url, project, build.id]);
    const path = await saveArtifacts({
      root: folder.fsPath,
      directory: context.settings.artifactsDirectory(folder),
      origin: { instance: instance.url, project },
      build,
      mayReplace: asking.mayReplace,
      isSame: (file) => (extracts ? context.downloaded.has(file, source) : Promise.resolve(false)),
      open: (from) => open(context, place, build, signal, from),
      progress,
      signal,
    });
    if (path === undefined) return;
    this.saved.set(path, { path });
    await context.downloaded.add(path, source);
    if (extracts) this.saved.set(path, await unpackSaved(context, path, asking, progress, signal));
  }
}

async function open(
  context: CommandContext,
  { root, target }: TargetSnapshot,
  build: Build,
  signal: AbortSignal,
  from: ResumePoint | undefined,
) {
  try {
    return await context.clients
      .of(target.instance)
      .artifacts.archive(target.project, build.id, signal, toFileRange(from));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    void context.session.refresh(root);
    throw new UserError(goneSentence(build, Date.now()));
  }
}

/** Clears the disk cache. Open editors keep their contents; anything else is downloaded again when needed. */
export const clearArtifactsCache: Command = async ({ cache, report }) => {
  const { count, bytes } = await cache.clear();
  report.done(
    count === 0
      ? l10n.t('The artifacts cache was already empty')
      : plural(
          count,
          l10n.t('Artifacts cache cleared: {0} file, {1}', count, formatSize(bytes)),
          l10n.t('Artifacts cache cleared: {0} files, {1}', count, formatSize(bytes)),
        ),
  );
};
