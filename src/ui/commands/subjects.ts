import { window, l10n, QuickPickItemKind, type QuickPickItem } from 'vscode';
import { flatten } from '../../core/model/arrange';
import { type Build, type BuildAbility, hasFailed } from '../../core/model/build';
import { buildsOf, type Target, listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import type { Row } from '../tree/treeRows';
import { rootPipelines, type Listing, type Pipeline } from '../../core/model/pipeline';
import { failedBuilds } from '../../core/model/verdict';
import { buildDescription, buildLabel, buildTitle, statusCodicon } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { pipelineLabel } from '../text/pipelineText';
import type { CommandContext } from './command';
import {
  buildsIn,
  inRepository,
  defaultRoot,
  targetSnapshot,
  rootOfReference,
  rowsOf,
  toReference,
  type TargetSnapshot,
  type Reference,
} from './targets';

/** Builds of one repository. */
export interface Subjects extends TargetSnapshot {
  readonly builds: readonly Build[];
}

export interface TargetQuery {
  /** Which builds the command can act on. */
  readonly can: (build: Build) => boolean;
  /** Placeholder of the quick pick. */
  readonly pick: string;
  /** Error message if there is no such build. */
  readonly none: string;
  readonly ability?: BuildAbility;
  /** Error message specific to a single build. */
  readonly why?: (build: Build, target: Target) => string;
}

/**
 * Builds that a command acts on, by repository: those of the selected rows, the argument `{ build, repository? }`, or
 * the user's choice. Throws UserError if there are none; empty if the user cancels.
 */
export async function subjectsOf(
  context: CommandContext,
  args: readonly unknown[],
  question: TargetQuery,
): Promise<readonly Subjects[]> {
  const named = toReference(args[0]);
  if (named !== undefined) return [await referred(context, named)];
  const rows = rowsOf(args);
  if (rows.length > 0) return ableOf(subjectsIn(context, rows), question);
  const [able] = ableOf([allOf(context)], question);
  return able === undefined ? [] : [{ ...able, builds: await pickSome(context, able, question) }];
}

/** Like `subjectsOf`, for a command on one build: the user selects one of several. */
export async function subjectOf(
  context: CommandContext,
  args: readonly unknown[],
  question: TargetQuery,
): Promise<(TargetSnapshot & { readonly build: Build }) | undefined> {
  // A menu's row may be part of a selection, and the quick pick allows several: neither suits a single build.
  const isOpen = toReference(args[0]) === undefined && rowsOf(args).length === 0;
  const meant = isOpen ? [allOf(context)] : await subjectsOf(context, [args[0], undefined], question);
  const [able] = ableOf(meant, question);
  if (able === undefined) return undefined;
  const [only] = able.builds;
  const build = able.builds.length === 1 ? only : await pickOne(context, able, question);
  return build === undefined ? undefined : { root: able.root, target: able.target, build };
}

function allOf(context: CommandContext): Subjects {
  const place = targetSnapshot(context, defaultRoot(context));
  return { ...place, builds: buildsOf(context.session.snapshotOf(place.root)) };
}

/** Current builds of the rows. */
function subjectsIn(context: CommandContext, rows: readonly Row[]): readonly Subjects[] {
  const roots = [...new Set(rows.map(({ root }) => root))];
  return roots.map((root) => {
    const own = rows.filter((row) => row.root === root);
    const wanted = new Set(own.flatMap(({ node }) => buildsIn(node)).map(({ id }) => id));
    const known = flatten(buildsOf(context.session.snapshotOf(root)));
    return { ...targetSnapshot(context, root), builds: known.filter(({ id }) => wanted.has(id)) };
  });
}

async function referred(context: CommandContext, reference: Reference): Promise<Subjects> {
  const place = targetSnapshot(context, rootOfReference(context, reference));
  const known = flatten(buildsOf(context.session.snapshotOf(place.root)));
  const build = known.find(({ id }) => id === reference.build);
  return { ...place, builds: [build ?? (await fetched(context, place.target, reference.build))] };
}

async function fetched({ clients }: CommandContext, target: Target, id: number): Promise<Build> {
  const client = clients.of(target.instance);
  return client.build(target.project, id, new AbortController().signal);
}

/** Subjects that have at least one suitable build. */
function ableOf(all: readonly Subjects[], question: TargetQuery): readonly Subjects[] {
  const able = all.map((one) => ({ ...one, builds: one.builds.filter(question.can) }));
  if (able.some(({ builds }) => builds.length > 0)) return able.filter(({ builds }) => builds.length > 0);
  const { ability, why, none } = question;
  const isDenied = ({ denied = [] }: Build) => ability !== undefined && denied.includes(ability);
  const each = all.flatMap(({ target, builds }) => builds.map((build) => ({ target, build })));
  const telling = each.length === 1 ? each[0] : each.find(({ build }) => isDenied(build));
  throw new UserError(telling === undefined || why === undefined ? none : why(telling.build, telling.target));
}

async function pickSome(context: CommandContext, subjects: Subjects, { pick }: TargetQuery): Promise<readonly Build[]> {
  const isOne = subjects.builds.length === 1;
  const items = buildItems(context, subjects, subjects.builds).map((item) => ({
    ...item,
    picked: isOne && item.build !== undefined,
  }));
  const placeHolder = inRepository(context, subjects.root, pick);
  const chosen = await window.showQuickPick(items, { placeHolder, canPickMany: true, ...searched });
  if (chosen?.length === 0) {
    throw new UserError(l10n.t('No builds selected. Select some with the mouse or the Space key, then press Enter.'));
  }
  return chosen?.flatMap(({ build }) => build ?? []) ?? [];
}

async function pickOne(context: CommandContext, subjects: Subjects, { pick }: TargetQuery): Promise<Build | undefined> {
  const items = buildItems(context, subjects, subjects.builds);
  const placeHolder = inRepository(context, subjects.root, pick);
  const chosen = await window.showQuickPick(items, { placeHolder, ...searched });
  return chosen?.build;
}

const searched = { matchOnDescription: true, matchOnDetail: true };

interface BuildItem extends QuickPickItem {
  /** Undefined for a separator. */
  readonly build: Build | undefined;
}

/**
 * Items for builds: the selected row's first, then failed ones in the tree's order, then the rest, separated by pipeline
 * and stage. Status, stage and the bridge that triggered a child pipeline are searchable.
 */
export function buildItems(
  { session, tree }: Pick<CommandContext, 'session' | 'tree'>,
  { root, target }: TargetSnapshot,
  builds: readonly Build[],
): readonly BuildItem[] {
  const listing = listingOf(session.snapshotOf(root));
  const selected = new Set(
    tree.view.selection.flatMap(({ root: of, node }) => (of === root && node.kind === 'build' ? [node.build.id] : [])),
  );
  const rank = (build: Build) => (selected.has(build.id) ? 0 : hasFailed(build) ? 1 : 2);
  const bridges = bridgesIn(listing);
  const headings = headingsOf(listing, bridges);
  const order = new Map(listing.pipelines.map(({ id }, index) => [id, index]));
  const place = ({ pipeline }: Build) => order.get(pipeline ?? -1) ?? -1;
  // As the tree and the status bar have them.
  const failures = new Map(failedBuilds(listing).map(({ id }, index) => [id, index]));
  const failure = ({ id }: Build) => failures.get(id) ?? failures.size;
  const items: BuildItem[] = [];
  let last = '';
  for (const build of [...builds].sort((a, b) => rank(a) - rank(b) || failure(a) - failure(b) || place(a) - place(b))) {
    const heading = headings(build);
    const key = `${rank(build)} ${heading}`;
    if (key !== last) items.push({ label: heading, kind: QuickPickItemKind.Separator, build: undefined });
    last = key;
    items.push(toItem(build, target.ref, bridges.get(build.pipeline ?? -1)));
  }
  return items;
}

function headingsOf(listing: Listing, bridges: Bridges): (build: Build) => string {
  const known = new Map(listing.pipelines.map((pipeline) => [pipeline.id, pipeline]));
  const isOne = rootPipelines(listing).length < 2;
  return (build) => {
    const bridge = bridges.get(build.pipeline ?? -1);
    const pipeline = known.get(build.pipeline ?? -1);
    const above = bridge === undefined ? (isOne ? undefined : nameOf(pipeline)) : bridge.name;
    return [above, build.stage]
      .flatMap((part) => (part === undefined ? [] : [withoutIcons(oneLine(part))]))
      .join(' · ');
  };
}

function nameOf(pipeline: Pipeline | undefined): string | undefined {
  if (pipeline === undefined) return undefined;
  const label = pipelineLabel(pipeline);
  return label === oneLine(pipeline.ref) ? label : `${label} ${pipeline.ref}`;
}

/** Bridges by the pipeline that they triggered. */
type Bridges = ReadonlyMap<number, Build>;

function bridgesIn({ builds }: Listing): Bridges {
  return new Map(builds.flatMap((build) => (build.downstream === undefined ? [] : [[build.downstream, build]])));
}

function toItem(build: Build, ref: string | undefined, bridge: Build | undefined): BuildItem {
  // The icon shows the status. Its label comes last, for searching.
  const facts = [bridge?.name, buildDescription(build, ref, Date.now()), buildLabel(build)].filter(
    (part) => part !== undefined && part !== '',
  );
  return {
    label: `${statusCodicon(build.status)} ${withoutIcons(buildTitle(build))}`,
    description: withoutIcons(oneLine(build.stage)),
    detail: withoutIcons(facts.map((part) => oneLine(part ?? '')).join(' · ')),
    build,
  };
}
