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
    pick: l10n.t('Build whose log to open'),
    none: l10n.t('No build here has a log.'),
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
      return l10n.t('{0} starts another pipeline and has no log: the builds of that have.', buildTitle(build));
    case 'external':
      return l10n.t('{0} was reported by another CI system, which has its log.', buildTitle(build));
    case undefined:
      return l10n.t('{0} has not started, so it has no log yet.', buildTitle(build));
    default:
      throw new UserError(build.kind satisfies never);
  }
}
