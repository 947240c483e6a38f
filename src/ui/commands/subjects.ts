import { l10n, window, type QuickPickItem } from 'vscode';
import { flatten } from '../../core/arrange';
import type { Build, BuildAbility } from '../../core/build';
import { buildsOf, targetOf, type Target } from '../../core/snapshot';
import type { TreeNode } from '../../core/tree';
import { buildDescription, buildTitle, statusCodicon } from '../present';
import { Refusal } from '../report';
import { oneLine, withoutIcons } from '../sentences';
import type { CommandContext } from './command';

export interface Subjects {
  readonly target: Target;
  readonly builds: readonly Build[];
}

export interface Question {
  /** Which builds the command can act on. */
  readonly can: (build: Build) => boolean;
  /** Placeholder of the quick pick. */
  readonly pick: string;
  /** The refusal when there is no such build. */
  readonly none: string;
  readonly ability?: BuildAbility;
  /** The refusal where the reason is one build's own. */
  readonly why?: (build: Build) => string;
}

/** The commit that is shown; throws a Refusal when there is none. */
export function shownTarget({ session }: CommandContext): Target {
  const target = targetOf(session.snapshot);
  if (target === undefined)
    throw new Refusal(l10n.t('No commit of a GitLab project is shown. Sign in, or open a repository of one.'));
  return target;
}

/**
 * The builds a command is to act on: the selected rows', the argument's `{ build, repository? }`, or, from the palette,
 * those the user picks. Throws a Refusal when there are none; empty when the user backs out.
 */
export async function subjectsOf(
  context: CommandContext,
  args: readonly unknown[],
  question: Question,
): Promise<Subjects> {
  const target = shownTarget(context);
  const known = flatten(buildsOf(context.session.snapshot));
  const named = toReference(args[0]);
  if (named !== undefined) {
    refuseOtherRepository(context, named.repository);
    return {
      target,
      builds: [known.find(({ id }) => id === named.build) ?? (await fetched(context, target, named.build))],
    };
  }
  const rows = rowsOf(args);
  if (rows.length === 0) {
    const able = ableOf(buildsOf(context.session.snapshot), question);
    return { target, builds: await pickSome(able, question, target) };
  }
  const wanted = new Set(rows.flatMap(buildsIn).map(({ id }) => id));
  const meant = known.filter(({ id }) => wanted.has(id));
  return { target, builds: ableOf(meant, question) };
}

/** The same for a command on one build: of several the user picks one. */
export async function subjectOf(
  context: CommandContext,
  args: readonly unknown[],
  question: Question,
): Promise<{ readonly target: Target; readonly build: Build | undefined }> {
  const target = shownTarget(context);
  // The row of a menu is one of those that are selected, and the palette's list takes several: neither fits one build.
  const isOpen = toReference(args[0]) === undefined && rowsOf(args).length === 0;
  const meant = isOpen
    ? buildsOf(context.session.snapshot)
    : (await subjectsOf(context, args.slice(0, 1), question)).builds;
  const able = ableOf(meant, question);
  const [only] = able;
  return { target, build: able.length === 1 ? only : await pickOne(able, question, target) };
}

function ableOf(builds: readonly Build[], question: Question): readonly Build[] {
  const able = builds.filter(question.can);
  if (able.length > 0) return able;
  const { ability, why, none } = question;
  const isDenied = ({ denied = [] }: Build) => ability !== undefined && denied.includes(ability);
  const telling = builds.length === 1 ? builds[0] : builds.find(isDenied);
  throw new Refusal(telling === undefined || why === undefined ? none : why(telling));
}

/** The rows that a menu passes: the one it was opened on, and the selection where that one is part of it. */
export function rowsOf([first, all]: readonly unknown[]): readonly TreeNode[] {
  if (!isRow(first)) return [];
  return Array.isArray(all) ? all.filter(isRow) : [first];
}

function isRow(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'kind' in value && 'id' in value && 'children' in value;
}

export function buildsIn(row: TreeNode): readonly Build[] {
  return row.kind === 'build' || row.kind === 'attempt' ? [row.build] : row.builds;
}

interface Reference {
  readonly build: number;
  readonly repository: string | undefined;
}

function toReference(value: unknown): Reference | undefined {
  if (typeof value !== 'object' || value === null || isRow(value) || !('build' in value)) return undefined;
  const { build } = value;
  if (typeof build !== 'number' || !Number.isSafeInteger(build) || build <= 0) {
    throw new Refusal(l10n.t('The argument must be { "build": number, "repository"?: string }.'));
  }
  const repository = 'repository' in value && typeof value.repository === 'string' ? value.repository : undefined;
  return { build, repository };
}

function refuseOtherRepository({ session }: CommandContext, repository: string | undefined): void {
  const root = session.repository?.rootUri.toString();
  const strip = (uri: string | undefined) => uri?.replace(/\/+$/, '');
  if (repository !== undefined && strip(repository) !== strip(root)) {
    throw new Refusal(l10n.t('The repository {0} is not the one that is shown.', oneLine(repository)));
  }
}

async function fetched({ clients }: CommandContext, target: Target, id: number): Promise<Build> {
  const client = clients.of(target.instance);
  return client.build(target.project, id, new AbortController().signal);
}

async function pickSome(builds: readonly Build[], { pick }: Question, target: Target): Promise<readonly Build[]> {
  const items = builds.map((build) => ({ ...toItem(build, target), picked: builds.length === 1 }));
  const options = { placeHolder: pick, canPickMany: true, matchOnDescription: true } as const;
  const chosen = await window.showQuickPick(items, options);
  if (chosen?.length === 0) {
    throw new Refusal(l10n.t('No build was ticked. Tick some with the mouse or the space key, then press Enter.'));
  }
  return chosen?.map(({ build }) => build) ?? [];
}

async function pickOne(builds: readonly Build[], { pick }: Question, target: Target): Promise<Build | undefined> {
  const items = builds.map((build) => toItem(build, target));
  const chosen = await window.showQuickPick(items, { placeHolder: pick, matchOnDescription: true });
  return chosen?.build;
}

function toItem(build: Build, { ref }: Target): QuickPickItem & { readonly build: Build } {
  return {
    label: `${statusCodicon(build.status)} ${withoutIcons(buildTitle(build))}`,
    description: withoutIcons(oneLine(build.stage)),
    detail: withoutIcons(buildDescription(build, ref, Date.now())),
    build,
  };
}
