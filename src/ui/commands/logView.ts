import { l10n, Uri, window } from 'vscode';
import { UserError } from '../report';
import type { Command, CommandContext } from './command';
import type { LogDocument } from '../log/logDocument';

/** Of the log that the code lens stands on, or of the one in front. */
export const loadEarlier: Command = (context, [uri]) => {
  const log = openLogOf(context, uri);
  if (log.leftOut === 0) throw new UserError(l10n.t('The whole log is already shown.'));
  if (log.earlier === 0)
    throw new UserError(l10n.t("The editor can't show more of this log. Save it to read the earlier lines."));
  log.showEarlier();
  return Promise.resolve();
};

/** In front of the lines of every log. */
export const toggleLogTimestamps: Command = ({ logTimes }) => {
  logTimes.toggle();
  return Promise.resolve();
};

function openLogOf({ logs }: CommandContext, uri: unknown): LogDocument {
  const meant = uri instanceof Uri ? uri : window.activeTextEditor?.document.uri;
  const log = meant === undefined ? undefined : logs.of(meant);
  if (log === undefined) throw new UserError(l10n.t("Open a build's log first."));
  return log;
}
