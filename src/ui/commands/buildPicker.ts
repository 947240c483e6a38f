import { QuickPickItemKind, type QuickPickItem } from 'vscode';
import { hasFailed, type Build } from '../../core/model/build';
import { listingOf } from '../../core/model/snapshot';
import { rootPipelines, type Listing, type Pipeline } from '../../core/model/pipeline';
import { buildDescription, buildLabel, buildTitle, statusCodicon } from '../text/buildText';
import { oneLine, withoutIcons } from '../text/failures';
import { pipelineLabel } from '../text/pipelineText';
import type { CommandContext } from './command';
import type { TargetSnapshot } from './targets';

export interface BuildItem extends QuickPickItem {
  /** undefined: a separator. */
  readonly build: Build | undefined;
}

/**
 * Builds to choose from: the selected row's first, then failed ones, and the rest as they come, below separators that
 * name pipeline and stage. Status, stage and the bridge that started a child pipeline are searched, too.
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
  const items: BuildItem[] = [];
  let last = '';
  for (const build of [...builds].sort((a, b) => rank(a) - rank(b) || place(a) - place(b))) {
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

/** Bridges by the pipeline that they have started. */
type Bridges = ReadonlyMap<number, Build>;

function bridgesIn({ builds }: Listing): Bridges {
  return new Map(builds.flatMap((build) => (build.downstream === undefined ? [] : [[build.downstream, build]])));
}

function toItem(build: Build, ref: string | undefined, bridge: Build | undefined): BuildItem {
  const facts = [bridge?.name, buildDescription(build, ref, Date.now())].filter(
    (part) => part !== undefined && part !== '',
  );
  return {
    label: `${statusCodicon(build.status)} ${withoutIcons(buildTitle(build))}`,
    description: withoutIcons(`${buildLabel(build)} · ${oneLine(build.stage)}`),
    detail: withoutIcons(facts.map((part) => oneLine(part ?? '')).join(' · ')),
    build,
  };
}
