import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import { mayHaveLog } from '../tree/contextValue';
import { buildTitle } from '../text/buildText';
import { UserError } from '../report';
import type { Command } from './command';
import { subjectOf } from './subjects';

export const openLog: Command = async (context, args) => {
  const subject = await subjectOf(context, args, {
    // Of a build that is named, the editor says why it has none, and shows the log once there is one.
    can: args.length === 0 ? mayHaveLog : ({ kind }) => kind === undefined,
    pick: l10n.t('Select a build to open the log of'),
    none: l10n.t('No build has a log.'),
    why: whyNoLog,
  });
  if (subject === undefined) return;
  const { root, target, build } = subject;
  const { document, log } = await context.logs.document(root, target, build);
  await context.logEditors.show(document, log);
};

function whyNoLog(build: Build): string {
  switch (build.kind) {
    case 'bridge':
      return l10n.t(
        "{0} triggers a downstream pipeline and has no log. Open the log of one of that pipeline's builds.",
        buildTitle(build),
      );
    case 'external':
      return l10n.t('{0} was reported by another CI system. Its log is there.', buildTitle(build));
    case undefined:
      return l10n.t("{0} hasn't started, so it has no log yet.", buildTitle(build));
    default:
      throw new UserError(build.kind satisfies never);
  }
}
