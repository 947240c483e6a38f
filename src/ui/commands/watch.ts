import { l10n } from 'vscode';
import { can } from '../../core/model/abilities';
import { buildTitle } from '../text/buildText';
import type { Watched } from '../views/watches';
import type { Command, CommandContext } from './command';
import { subjectsOf } from './subjects';
import { rowsOf } from './targets';

/** Watches builds or pipelines: shows one notification when each finishes, regardless of the settings. */
export const watch: Command = async (context, args) => {
  const pipelines = pipelinesIn(args);
  const watched = pipelines.length > 0 ? pipelines : await buildsToWatch(context, args);
  for (const one of watched) context.watches.add(one);
  if (watched.length === 0) return;
  // It may have finished since the list was rendered.
  context.watches.show(context.session.state);
  context.report.done(l10n.t("You'll be notified when it ends"));
};

function pipelinesIn(args: readonly unknown[]): readonly Watched[] {
  return rowsOf(args).flatMap(({ root, node }) =>
    node.kind === 'pipeline' ? [{ root, kind: 'pipeline' as const, id: node.pipeline.id }] : [],
  );
}

async function buildsToWatch(context: CommandContext, args: readonly unknown[]): Promise<readonly Watched[]> {
  const subjects = await subjectsOf(context, args, {
    can: (build) => can(build, 'watch'),
    pick: l10n.t('Select builds to watch until they end'),
    none: l10n.t('No active builds.'),
    why: (build) => l10n.t('{0} has already finished.', buildTitle(build)),
  });
  return subjects.flatMap(({ root, builds }) => builds.map(({ id }) => ({ root, kind: 'build' as const, id })));
}
