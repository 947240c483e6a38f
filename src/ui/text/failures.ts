import { l10n } from 'vscode';
import type { Build } from '../../core/model/build';
import { readOnlyRedirect, redirectLoop } from '../../core/gitlab/http/httpFailures';
import { isBrokenConnection, isTokenFailure, type Failure, type TokenFailureKind } from '../../core/model/errors';
import { plainText } from '../../core/util/plainText';
import type { Notice } from '../../core/polling/buildNotices';
import type { Staleness } from '../../core/model/snapshot';
import { plural, textLanguage } from './plural';

/**
 * Invisible zero-width character for displayed text. It separates the two characters by which VS Code recognizes a link
 * or an icon. `plainText` removes it from untrusted text, so any that is present was added here.
 */
const wordJoiner = '\u2060';

/** Untrusted text as one line without links. For display only, not to be copied or compared. */
export function oneLine(text: string): string {
  return withoutLinks(plainText(text));
}

/**
 * Text for messages, dialogs and progress, in which VS Code renders `[words](command:…)` as a link that runs the
 * command.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', `]${wordJoiner}(`);
}

/** Text for places that render links and icons: language status, titles of editors, input boxes. */
export function withoutMarkup(text: string): string {
  return withoutIcons(oneLine(text));
}

/** Text for the status bar and quick picks, which render `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', `$${wordJoiner}(`);
}

/** What happened and what to do, for the user. */
export function failureSentence(failure: Failure): string {
  const { kind, host = 'GitLab', status } = failure;
  const reason = reasonOf(failure);
  const because = inBrackets(reason);
  if (isTokenFailure(kind)) return tokenSentence(kind, host, reason);
  switch (kind) {
    case 'forbidden':
      return forbiddenSentence(host, reason);
    case 'notFound':
      return /project/i.test(reason ?? '')
        ? l10n.t("{0} couldn't find the project, or your token has no access. Check the remote and your access.", host)
        : l10n.t("{0} couldn't find it, or your token has no access{1}.", host, because);
    case 'unsupported':
      return l10n.t("This version of {0} doesn't support this.", host);
    case 'refused':
      return l10n.t('{0} refused the request{1}.', host, because === '' ? inBrackets(status) : because);
    case 'rateLimited':
      return failure.retryAt === undefined
        ? l10n.t('{0}: rate limit reached, retrying later.', host)
        : l10n.t('{0}: rate limit reached, retrying at {1}.', host, clockTime(failure.retryAt));
    case 'offline':
    case 'timeout':
    case 'notGitLab':
    case 'noGitLab':
    case 'tls':
    case 'proxyAuth':
      return connectionSentence(kind, failure);
    case 'invalidAnswer':
      return l10n.t("Couldn't read the response from {0}{1}.", host, because);
    case 'tooLarge':
      return l10n.t('{0} sent more than {1}, which is more than this extension reads.', host, reason ?? '');
    case 'server':
      return (
        noChangesSentence(host, reason) ??
        l10n.t('{0} reported a server error{1}. Try again later.', host, inBrackets(status))
      );
    case 'storage':
      return l10n.t(
        "GitLab's file storage {0} refused this file{1}. Try again. If it keeps happening, contact your GitLab administrator.",
        host,
        because === '' ? inBrackets(status) : because,
      );
    case 'git':
      return l10n.t("git couldn't read this repository{0}. Try again.", because);
    case 'keyring':
      return l10n.t(
        "Your token couldn't be read from VS Code's secret storage{0}. If the system's keyring is locked, unlock it and try again.",
        because,
      );
    case 'unexpected':
      return l10n.t('Something went wrong in GitLab Builds{0}.', because);
    default:
      return kind satisfies never;
  }
}

function forbiddenSentence(host: string, reason: string | undefined): string {
  if (reason === undefined) return l10n.t("{0} doesn't allow this.", host);
  return noChangesSentence(host, reason) ?? l10n.t("{0} doesn't allow this: {1}", host, reason);
}

/** Sentence for a GitLab that is read-only; undefined for any other reason. */
function noChangesSentence(host: string, reason: string | undefined): string | undefined {
  if (reason === readOnlyRedirect)
    return l10n.t(
      "{0} doesn't accept changes right now: it's in maintenance mode, or a read-only copy of another GitLab.",
      host,
    );
  return reason !== undefined && isReadOnly(reason)
    ? l10n.t("{0} doesn't accept changes right now: {1}", host, reason)
    : undefined;
}

/** Whether GitLab is read-only: maintenance mode, a Geo secondary, or a read-only database. */
function isReadOnly(reason: string): boolean {
  return ['maintenance', 'read-only'].some((word) => reason.toLowerCase().includes(word));
}

function reasonOf({ reason }: Failure): string | undefined {
  return reason === undefined ? undefined : oneLine(reason);
}

function inBrackets(word: string | number | undefined): string {
  return word === undefined ? '' : ` (${word})`;
}

function tokenSentence(kind: TokenFailureKind, host: string, reason: string | undefined): string {
  switch (kind) {
    case 'unauthorized':
      return l10n.t('{0} rejected your token{1}. Sign in again.', host, inBrackets(reason));
    case 'expired':
      return l10n.t('Your token for {0} has expired. Create a new one and sign in again.', host);
    case 'revoked':
      return l10n.t('Your token for {0} was revoked. Create a new one and sign in again.', host);
    case 'insufficientScope':
      return scopeSentence(host, reason);
    default:
      return kind satisfies never;
  }
}

/** Like `failureSentence`, for a token that was just entered. */
export function newTokenSentence(failure: Failure): string {
  const { kind, host = 'GitLab' } = failure;
  switch (kind) {
    case 'unauthorized':
      return l10n.t("{0} rejected this token. Check that it is complete and hasn't expired.", host);
    case 'expired':
      return l10n.t('{0} reports that this token has expired. Create a new one.', host);
    case 'revoked':
      return l10n.t('{0} reports that this token was revoked. Create a new one.', host);
    case 'insufficientScope':
      return l10n.t('This token can\'t use the API of {0}. Create one with the scope "api".', host);
    default:
      return failureSentence(failure);
  }
}

/** What responded in place of a GitLab at an entered address. */
export function inFrontSentence(failure: Failure): string {
  return l10n.t(
    "{0} responds, but not as GitLab's API{1}. If GitLab is behind a sign-in page or a proxy there, press Enter again.",
    failure.host ?? 'GitLab',
    inBrackets(reasonOf(failure) ?? failure.status),
  );
}

/** Names the scope to ask for: GitLab lists alternatives or, for a fine-grained token, the missing permission. */
function scopeSentence(host: string, reason: string | undefined): string {
  if (reason === undefined || !/^[a-z_]+( [a-z_]+)*$/.test(reason))
    return l10n.t("Your token for {0} can't do this{1}. Sign in again with one that can.", host, inBrackets(reason));
  const scopes = new Intl.ListFormat(textLanguage(), { type: 'disjunction' }).format(reason.split(' '));
  return l10n.t(
    "Your token for {0} can't do this: it needs the scope {1}. Sign in again with one that can.",
    host,
    scopes,
  );
}

export function readOnlySentence(host: string): string {
  return l10n.t(
    'Your token for {0} is read-only (scope read_api). Sign in again with one that has the scope api.',
    host,
  );
}

type ConnectionTrouble = 'offline' | 'timeout' | 'notGitLab' | 'noGitLab' | 'tls' | 'proxyAuth';

function connectionSentence(kind: ConnectionTrouble, failure: Failure): string {
  const { host = 'GitLab', url = host } = failure;
  const reason = reasonOf(failure);
  const because = inBrackets(reason);
  switch (kind) {
    case 'offline':
      return isBrokenConnection(failure)
        ? l10n.t('The connection to {0} was lost. Try again.', host)
        : l10n.t("Can't reach {0}{1}. Check your network or VPN.", host, because);
    case 'timeout':
      return l10n.t("{0} didn't respond in time. Try again later.", host);
    case 'notGitLab':
      if (reason === redirectLoop)
        return l10n.t(
          '{0} redirects requests in a loop. Something is in front of it, such as a sign-in page or a proxy. Check your network.',
          host,
        );
      if (failure.wasGitLab === true)
        return l10n.t(
          "{0} doesn't respond as GitLab's API anymore{1}. Something is in front of it, such as a sign-in page or a proxy. Check your network or VPN.",
          host,
          because,
        );
      return l10n.t(
        "{0} responds, but not as GitLab's API{1}. Something is in front of it, such as a sign-in page or a proxy. Check your network, or its URL in gitlabBuilds.instances.",
        host,
        because,
      );
    case 'noGitLab':
      return l10n.t(
        "{0} responds, but it isn't GitLab. Is the path missing from {1}? Check gitlabBuilds.instances, or sign in with the right URL.",
        host,
        oneLine(url),
      );
    case 'tls':
      return tlsSentence(host, reason);
    case 'proxyAuth':
      return l10n.t('The proxy for {0} requires a username and password. Add them to the setting http.proxy.', host);
    default:
      return kind satisfies never;
  }
}

/** Problem with a TLS connection, from Node's error code. */
function tlsSentence(host: string, code: string | undefined): string {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return l10n.t(
        'The certificate of {0} has expired. Contact its administrator, or check the clock of this computer.',
        host,
      );
    case 'CERT_NOT_YET_VALID':
      return l10n.t("The certificate of {0} isn't valid yet. Check the clock of this computer.", host);
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return l10n.t('The certificate of {0} is for another host name. Check the URL in gitlabBuilds.instances.', host);
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_HTTP_REQUEST':
      return l10n.t(
        "{0} doesn't use TLS on that port ({1}). Check the scheme and port of its URL in gitlabBuilds.instances.",
        host,
        code,
      );
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
      return l10n.t("{0} requires a client certificate, which this extension doesn't support ({1}).", host, code);
    default:
      if (code?.startsWith('ERR_SSL_') === true)
        return l10n.t(
          "Couldn't agree on a secure connection with {0} ({1}). It may require a client certificate, which this extension doesn't support, or use an old version of TLS.",
          host,
          code,
        );
      return l10n.t(
        "The certificate of {0} isn't trusted on this machine{1}. Add its authority to the system's certificates.",
        host,
        inBrackets(code),
      );
  }
}

/** Why builds are out of date. */
export function stalenessSentence({ failure }: Staleness): string {
  return failure === undefined ? l10n.t('from the last session') : failureSentence(failure);
}

const maxNotices = 3;
const maxNames = 3;
/** Maximum length of GitLab's explanation in UTF-16 units. */
const maxOfReason = 200;

/**
 * Text of a notification: `main · Fix the oven: 2 of 7 builds failed: rspec, lint`, with the commit's SHA if it has no
 * title. Several are combined, failures first.
 */
export function noticesSentence(notices: readonly Notice[], withNames: boolean): string {
  const failed = notices.filter(({ outcome }) => outcome === 'failed');
  const others = notices.filter(({ outcome }) => outcome !== 'failed');
  const sentences = [...failed, ...others].slice(0, maxNotices).map((notice) => noticeSentence(notice, withNames));
  const more = notices.length - sentences.length;
  return [...sentences, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join('; ');
}

function noticeSentence(notice: Notice, withName: boolean): string {
  const { name, ref, sha, title } = notice;
  const parts = [withName ? name : undefined, ref, title ?? sha.slice(0, 8)];
  const subject = parts.flatMap((part) => (part === undefined ? [] : shortened(part))).join(' · ');
  return `${subject}: ${endOf(notice)}`;
}

function endOf({ outcome, failed, total, fixed, reason, more = 0 }: Notice): string {
  switch (outcome) {
    case 'failed': {
      if (failed.length === 0) return pipelineFailed(reason);
      if (more > 0) return moreSentence(more, failed.length, total);
      const names = failed.slice(0, maxNames).map(nameOfFailed);
      const named = [...names, ...(failed.length > maxNames ? ['…'] : [])].join(', ');
      return total === 1
        ? l10n.t('{0} failed', named)
        : l10n.t('{0} of {1} builds failed: {2}', failed.length, total, named);
    }
    case 'canceled':
      return total === 1 ? l10n.t('the build was canceled') : l10n.t('builds were canceled');
    case 'passed':
      return fixed ? l10n.t('passed again') : l10n.t('passed');
    default:
      return outcome satisfies never;
  }
}

/** Text for a pipeline that failed without builds. */
function pipelineFailed(reason: string | undefined): string {
  return reason === undefined
    ? l10n.t('the pipeline failed')
    : l10n.t('the pipeline failed: {0}', withoutIcons(withoutLinks(plainText(reason, maxOfReason))));
}

function moreSentence(more: number, failed: number, total: number): string {
  return plural(
    more,
    l10n.t('{0} more build failed, {1} of {2} in all', more, failed, total),
    l10n.t('{0} more builds failed, {1} of {2} in all', more, failed, total),
  );
}

/** Name of a failed build in a message. */
function nameOfFailed({ name }: Build): string {
  return shortened(name);
}

/** An untrusted name as part of a sentence: plain, and short enough to leave room for others. */
function shortened(text: string): string {
  return withoutIcons(oneLine(text)).replace(/^(.{39}).{2,}$/su, '$1…');
}

/** Tooltip of the view's badge. */
export function badgeSentence(failing: number): string {
  return plural(failing, l10n.t('{0} build has failed', failing), l10n.t('{0} builds have failed', failing));
}

function clockTime(time: number): string {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' });
}
