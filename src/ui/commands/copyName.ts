import { env, l10n } from 'vscode';
import type { Command } from './command';
import { subjectsOf } from './subjects';

/** Names of builds as GitLab has them, a line each. */
export const copyName: Command = async (context, args) => {
  const subjects = await subjectsOf(context, args, {
    can: () => true,
    pick: l10n.t('Select builds to copy the names of'),
    none: l10n.t('There is no build here.'),
  });
  const names = subjects.flatMap(({ builds }) => builds.map(({ name }) => name));
  if (names.length === 0) return;
  await env.clipboard.writeText(names.join('\n'));
  context.report.done(names.length === 1 ? l10n.t('Name copied') : l10n.t('{0} names copied', names.length));
};
