import { l10n } from 'vscode';
import { failedBuilds } from '../../core/model/verdict';
import { listingOf } from '../../core/model/snapshot';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import { rootOfReference, toReference } from './targets';

interface Place {
  readonly root: string;
  readonly build: number;
}

/**
 * Goes to the row of the failed build after the selected one, and from the last to the first; the argument
 * `{ build, repository? }` goes to that build. What may fail is passed over.
 */
export const nextFailed: Command = async (context, args) => {
  const reference = toReference(args[0]);
  const place =
    reference === undefined ? nextOf(context) : { root: rootOfReference(context, reference), build: reference.build };
  if (place === undefined) throw new UserError(l10n.t('No failed builds.'));
  const { tree } = context;
  if (await tree.revealBuild(place.root, place.build)) return;
  // The filter may hide it.
  tree.showOnly([]);
  await tree.revealBuild(place.root, place.build);
};

function nextOf(context: CommandContext): Place | undefined {
  const places = placesOf(context);
  const [selected] = context.tree.view.selection;
  const build = selected?.node.kind === 'build' ? selected.node.build.id : undefined;
  const current = places.findIndex((place) => place.root === selected?.root && place.build === build);
  return places[(current + 1) % places.length];
}

/** Failed builds in the order of the rows, those of the active repository first. */
function placesOf({ session }: CommandContext): readonly Place[] {
  const { repositories, active } = session.state;
  return [...repositories]
    .sort((a, b) => Number(b.root === active) - Number(a.root === active) || a.name.localeCompare(b.name))
    .flatMap(({ root, snapshot }) => failedBuilds(listingOf(snapshot)).map(({ id }) => ({ root, build: id })));
}
