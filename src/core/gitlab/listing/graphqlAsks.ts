import type { Pipeline } from '../../model/pipeline';

/** Maximum number of pipelines requested by number in one query, limited by query complexity. */
const namedAtOnce = 2;

/** A question about the commit. */
export type Ask =
  /** Pipelines of the commit without child pipelines. */
  | { readonly kind: 'own'; readonly sha: string }
  /** A merged results pipeline, if its commit merges the displayed commit. */
  | { readonly kind: 'merge'; readonly sha: string; readonly merge: Pipeline }
  /** Child pipelines of all pipelines of a commit. */
  | { readonly kind: 'children'; readonly sha: string }
  | { readonly kind: 'named'; readonly iids: readonly string[] }
  /** Pipelines on merge results, and their children, that the project's newest jobs name. */
  | { readonly kind: 'newest' };

/** Identity of a question, so that none is sent twice. */
export function nameOf(ask: Ask): string {
  if (ask.kind === 'newest') return ask.kind;
  return ask.kind === 'named' ? `named ${ask.iids.join(' ')}` : `${ask.kind} ${ask.sha}`;
}

export function distinct(asks: readonly Ask[]): readonly Ask[] {
  return [...new Map(asks.map((ask) => [nameOf(ask), ask])).values()];
}

export function byTwos(iids: readonly string[]): readonly Ask[] {
  const starts = iids.map((_, at) => at).filter((at) => at % namedAtOnce === 0);
  return starts.map((at): Ask => ({ kind: 'named', iids: iids.slice(at, at + namedAtOnce) }));
}
