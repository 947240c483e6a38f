import { l10n } from 'vscode';
import type { DiskError, Failure } from '../core/errors';

/**
 * Outside text on one line, as plain text: VS Code draws `[words](command:…)` in a message as a link, and a name or an
 * error of GitLab's must not become one.
 */
export function oneLine(text: string): string {
  return (
    text
      .replace(/[\s\p{Cc}]+/gu, ' ')
      // Marks that turn the direction of writing could make a question say something else.
      .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
      .replaceAll('](', '] (')
      .trim()
  );
}

/** For the status bar and quick picks, which draw `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}

/** Node's codes for a connection that was there and is no more. */
const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What happened and what to do, for the user. */
export function failureSentence({ kind, host = 'GitLab', status, retryAt, ...failure }: Failure): string {
  const reason = failure.reason === undefined ? undefined : oneLine(failure.reason);
  const because = reason === undefined ? '' : ` (${reason})`;
  switch (kind) {
    case 'unauthorized':
      return l10n.t('{0} does not accept your token{1}. Sign in again.', host, because);
    case 'forbidden':
      return reason === undefined
        ? l10n.t('{0} does not allow this.', host)
        : l10n.t('{0} does not allow this: {1}', host, reason);
    case 'notFound':
      return /project/i.test(reason ?? '')
        ? l10n.t('{0} has no such project, or your token may not see it. Check the remote and your access.', host)
        : l10n.t('{0} does not know it, or your token may not see it{1}.', host, because);
    case 'unsupported':
      return l10n.t('{0} is of a version that does not have this yet.', host);
    case 'refused':
      return l10n.t(
        '{0} refused the request{1}.',
        host,
        because === '' && status !== undefined ? ` (${status})` : because,
      );
    case 'rateLimited':
      return l10n.t('{0} asks to slow down: rate limited until {1}.', host, clockTime(retryAt));
    case 'offline':
      if (reason !== undefined && brokenCodes.has(reason))
        return l10n.t('The connection to {0} broke off. Try again.', host);
      return l10n.t('{0} cannot be reached{1}. Check the network.', host, because);
    case 'timeout':
      return l10n.t('{0} did not answer in time. Try again later.', host);
    case 'notGitLab':
      return l10n.t("{0} answers, but not as GitLab's API{1}. Check its URL in gitlabBuilds.instances.", host, because);
    case 'tls':
      return l10n.t("The certificate of {0} is not trusted here{1}. Add its authority to the system's.", host, because);
    case 'invalidAnswer':
      return l10n.t('The answer of {0} could not be read{1}.', host, because);
    case 'server':
      return l10n.t(
        '{0} has a problem of its own{1}. Try again later.',
        host,
        status === undefined ? '' : ` (${status})`,
      );
    case 'unexpected':
      return l10n.t('Something went wrong in GitLab Builds{0}.', because);
    default:
      return kind satisfies never;
  }
}

export function diskSentence({ kind, ...error }: DiskError): string {
  const detail = oneLine(error.detail);
  switch (kind) {
    case 'outsideWorkspace':
      return l10n.t(
        'Artifacts are saved below the workspace folder only, and "{0}" is not. Change gitlabBuilds.artifacts.directory.',
        detail,
      );
    case 'incomplete':
      return l10n.t('The download broke off: {0} bytes came. Nothing was saved; try again.', detail);
    case 'noSpace':
      return l10n.t('The disk is full. Nothing was saved; make room and try again.');
    case 'denied':
      return l10n.t('{0} cannot be written. Nothing was saved; check its permissions.', detail);
    case 'exists':
      return l10n.t('{0} stands in the way. Nothing was saved; move it and try again.', detail);
    case 'disk':
      return l10n.t('The file could not be written ({0}). Nothing was saved.', detail);
    default:
      return kind satisfies never;
  }
}

function clockTime(time: number | undefined): string {
  return time === undefined ? l10n.t('later') : new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' });
}
