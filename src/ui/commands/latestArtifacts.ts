import { isNotFound } from '../../core/model/errors';
import { join } from 'node:path';
import { l10n } from 'vscode';
import { flatten } from '../../core/model/arrange';
import { asDiskError } from '../../core/artifacts/download/diskErrors';
import { makeBuildFolder, unmake } from '../../core/artifacts/download/buildFolder';
import { safeName } from '../../core/artifacts/fileNames';
import { saveAs } from '../../core/artifacts/download/save';
import type { ResumePoint } from '../../core/artifacts/download/transfer';
import { hasArtifacts, type Build } from '../../core/model/build';
import { listingOf } from '../../core/model/snapshot';
import { isFile } from '../../core/util/fs';
import { UserError } from '../report';
import { oneLine, withoutIcons } from '../text/failures';
import { chooseOrType, type Choice } from './prompts';
import type { Command, CommandContext } from './command';
import { download, toFileRange, type Step, confirmReplace } from './downloads';
import { offerSaved, unpackSaved, type Saved } from './savedArchives';
import { defaultRoot, openRoot, targetSnapshot, type TargetSnapshot, workspaceFolderOf } from './targets';

interface Run {
  readonly progress: (step: Step) => void;
  readonly signal: AbortSignal;
  /** Saved files by path. */
  readonly saved: Map<string, Saved>;
}

interface Wanted {
  readonly ref: string;
  /** Name of the build. */
  readonly name: string;
}

/** Downloads the artifacts of a build in the newest successful pipeline of a branch or tag. */
export const latestArtifacts: Command = async (context, args) => {
  const [argument] = args;
  const { repository } = textsIn(argument);
  const place = targetSnapshot(
    context,
    repository === undefined ? defaultRoot(context) : openRoot(context.session, repository),
  );
  const wanted = toWanted(argument) ?? (await ask(context, place));
  if (wanted === undefined) return;
  const title = l10n.t('Latest artifacts of {0} on {1}', oneLine(wanted.name), oneLine(wanted.ref));
  const saved = new Map<string, Saved>();
  const run = (progress: Run['progress'], signal: AbortSignal) =>
    save(context, place, wanted, { progress, signal, saved });
  try {
    await download(context, title, [{ title, size: 0, run }]);
  } finally {
    void context.report.guard('latestArtifacts', () => offerSaved(context, [...saved.values()]));
  }
};

/** Argument `{ ref, name, repository? }` of a key binding or another extension. */
function toWanted(argument: unknown): Wanted | undefined {
  const { ref, name } = textsIn(argument);
  return ref === undefined || name === undefined ? undefined : { ref, name };
}

function textsIn(argument: unknown): Readonly<Record<string, string | undefined>> {
  const isFields = typeof argument === 'object' && argument !== null && !('node' in argument);
  const texts = isFields ? Object.entries(argument).filter(([, value]) => typeof value === 'string') : [];
  return Object.fromEntries(texts);
}

async function ask(context: CommandContext, place: TargetSnapshot): Promise<Wanted | undefined> {
  const title = l10n.t('Latest artifacts');
  const ref = await chooseOrType({
    title,
    placeholder: l10n.t('Branch or tag. Artifacts come from its latest successful pipeline.'),
    choices: await refsOf(context, place),
    typed: (text) => l10n.t('$(git-branch) {0}', text),
  });
  if (ref === undefined) return undefined;
  const name = await chooseOrType({
    title,
    placeholder: l10n.t('Build name on {0}', oneLine(ref)),
    choices: namesOf(context, place),
    typed: (text) => l10n.t('$(package) {0}', text),
  });
  return name === undefined ? undefined : { ref, name };
}

/** Suggested refs: what is checked out, the default branch, and those of the displayed pipelines. */
async function refsOf(
  { clients, session }: CommandContext,
  { root, target }: TargetSnapshot,
): Promise<readonly Choice[]> {
  const { defaultBranch } = await clients.of(target.instance).project(target.project, new AbortController().signal);
  const { pipelines } = listingOf(session.snapshotOf(root));
  const choices: readonly (Choice | undefined)[] = [
    target.ref === undefined ? undefined : { value: target.ref, description: l10n.t('shown') },
    defaultBranch === undefined ? undefined : { value: defaultBranch, description: l10n.t('default branch') },
    ...pipelines.filter(({ ref }) => ref !== '' && !ref.startsWith('refs/')).map(({ ref }) => ({ value: ref })),
  ];
  return once(choices.flatMap((choice) => choice ?? []));
}

/** Names of the displayed builds, those with artifacts first. */
function namesOf({ session }: CommandContext, { root }: TargetSnapshot): readonly Choice[] {
  const builds = flatten(listingOf(session.snapshotOf(root)).builds).filter(({ kind }) => kind === undefined);
  const isFirst = (build: Build) => hasArtifacts(build);
  const sorted = [...builds.filter(isFirst), ...builds.filter((build) => !isFirst(build))];
  return once(sorted.map(({ name, stage }) => ({ value: name, description: withoutIcons(oneLine(stage)) })));
}

function once(choices: readonly Choice[]): readonly Choice[] {
  return choices.filter(({ value }, index) => choices.findIndex((one) => one.value === value) === index);
}

async function save(context: CommandContext, place: TargetSnapshot, wanted: Wanted, run: Run): Promise<void> {
  const { settings, report } = context;
  const { progress, signal, saved } = run;
  const folder = workspaceFolderOf(context, place.root);
  const asking = confirmReplace(report, false);
  // The response doesn't identify the build.
  const owner = { name: wanted.name, id: `latest-${wanted.ref}` };
  const path = await intoFolder(folder.fsPath, settings.artifactsDirectory(folder), owner, async (around) => {
    const file = join(around, safeName(fileNameOf(context, place, wanted)));
    if ((await isFile(file)) && !(await asking.mayReplace(file))) return undefined;
    await saveAs({ path: file, open: (from) => open(context, place, wanted, signal, from), progress, signal });
    return file;
  });
  if (path === undefined) return;
  saved.set(path, { path });
  if (settings.extractsArtifacts(folder)) saved.set(path, await unpackSaved(context, path, asking, progress, signal));
}

/** Downloads to a folder and leaves nothing new behind on failure. */
async function intoFolder<T>(
  root: string,
  directory: string,
  owner: { readonly name: string; readonly id: string },
  work: (folder: string) => Promise<T>,
): Promise<T> {
  try {
    const folder = await makeBuildFolder(root, directory, owner);
    return await work(folder.path).catch(async (error: unknown) => {
      await unmake(folder.made);
      throw error;
    });
  } catch (error) {
    throw asDiskError(error);
  }
}

/** File name that the displayed build of that name has for its archive. */
function fileNameOf({ session }: CommandContext, { root }: TargetSnapshot, { name }: Wanted): string {
  const builds = flatten(listingOf(session.snapshotOf(root)).builds);
  return builds.find((build) => build.name === name && hasArtifacts(build))?.artifacts?.filename ?? 'artifacts.zip';
}

async function open(
  { clients }: CommandContext,
  { target }: TargetSnapshot,
  { ref, name }: Wanted,
  signal: AbortSignal,
  from: ResumePoint | undefined,
) {
  try {
    return await clients.of(target.instance).artifacts.latest(target.project, ref, name, signal, toFileRange(from));
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UserError(
      l10n.t(
        'No artifacts found: no pipeline of {0} has passed, or the latest successful one has no build named {1} with artifacts. Check both names.',
        oneLine(ref),
        oneLine(name),
      ),
    );
  }
}
