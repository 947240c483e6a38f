import { l10n } from 'vscode';
import type { Failure } from '../../core/model/errors';
import { plainText } from '../../core/util/plainText';
import type { Notice } from '../../core/polling/buildNotices';
import type { Staleness } from '../../core/model/snapshot';

/**
 * A mark that nobody sees and that takes no room, for what is shown: it separates the two characters by which VS Code
 * knows a link or an icon. `plainText` removes it from outside text, so what has it has it from here.
 */
const wordJoiner = '\u2060';

/** Outside text on one line, as plain text that VS Code makes no link of. To be shown, not to be copied or compared. */
export function oneLine(text: string): string {
  return withoutLinks(plainText(text));
}

/**
 * A text for messages, questions, progress and input boxes, in which VS Code draws `[words](command:…)` as a link and
 * runs the command at a click.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', `]${wordJoiner}(`);
}

/** Text for what draws both links and icons: the language status and the titles of editors. */
export function withoutMarkup(text: string): string {
  return withoutIcons(oneLine(text));
}

/** For the status bar and quick picks, which draw `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', `$${wordJoiner}(`);
}

/** Node's codes for a connection that was there and is no more. */
const brokenCodes = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What happened and what to do, for the user. */
export function failureSentence(failure: Failure): string {
  const { kind, host = 'GitLab', status } = failure;
  const reason = reasonOf(failure);
  const because = inBrackets(reason);
  switch (kind) {
    case 'unauthorized':
    case 'expired':
    case 'revoked':
    case 'insufficientScope':
      return tokenSentence(kind, host, reason);
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
      return l10n.t('{0} refused the request{1}.', host, because === '' ? inBrackets(status) : because);
    case 'rateLimited':
      return l10n.t('{0} asks to slow down: rate limited until {1}.', host, clockTime(failure.retryAt));
    case 'offline':
    case 'timeout':
    case 'notGitLab':
    case 'noGitLab':
    case 'tls':
      return connectionSentence(kind, failure);
    case 'invalidAnswer':
      return l10n.t('The answer of {0} could not be read{1}.', host, because);
    case 'tooLarge':
      return l10n.t('{0} sent more than {1}, which is more than this extension reads.', host, reason ?? '');
    case 'server':
      return l10n.t('{0} has a problem of its own{1}. Try again later.', host, inBrackets(status));
    case 'storage':
      return l10n.t(
        '{0}, where GitLab keeps its files, did not give this one out{1}. Try again; if it stays so, ask who runs your GitLab.',
        host,
        because === '' ? inBrackets(status) : because,
      );
    case 'unexpected':
      return l10n.t('Something went wrong in GitLab Builds{0}.', because);
    default:
      return kind satisfies never;
  }
}

function reasonOf({ reason }: Failure): string | undefined {
  return reason === undefined ? undefined : oneLine(reason);
}

function inBrackets(word: string | number | undefined): string {
  return word === undefined ? '' : ` (${word})`;
}

/** What is the matter with a token; signing in again with another is what mends it. */
type TokenTrouble = 'unauthorized' | 'expired' | 'revoked' | 'insufficientScope';

function tokenSentence(kind: TokenTrouble, host: string, reason: string | undefined): string {
  switch (kind) {
    case 'unauthorized':
      return l10n.t('{0} does not accept your token{1}. Sign in again.', host, inBrackets(reason));
    case 'expired':
      return l10n.t('Your token for {0} has expired. Make a new one and sign in again.', host);
    case 'revoked':
      return l10n.t('Your token for {0} was revoked. Make a new one and sign in again.', host);
    case 'insufficientScope':
      return l10n.t('Your token for {0} may not do this{1}. Sign in again with one that may.', host, scopeWord(reason));
    default:
      return kind satisfies never;
  }
}

/** The same about a token that is not in use yet, but was just entered. */
export function newTokenSentence(failure: Failure): string {
  const { kind, host = 'GitLab' } = failure;
  switch (kind) {
    case 'unauthorized':
      return l10n.t('{0} does not accept this token. Is it whole, and not expired?', host);
    case 'expired':
      return l10n.t('This token has expired, says {0}. Make a new one.', host);
    case 'revoked':
      return l10n.t('This token was revoked, says {0}. Make a new one.', host);
    case 'insufficientScope':
      return l10n.t('This token may not use the API of {0}. Make one with the scope "api".', host);
    default:
      return failureSentence(failure);
  }
}

/** GitLab names the scopes of which one would do, or, of a fine-grained token, says what it lacks. */
function scopeWord(reason: string | undefined): string {
  if (reason === undefined) return '';
  const scopes = /^[a-z_]+( [a-z_]+)*$/.test(reason) ? reason.split(' ').join(l10n.t(' or ')) : undefined;
  return scopes === undefined ? inBrackets(reason) : l10n.t(': that takes the scope {0}', scopes);
}

export function readOnlySentence(host: string): string {
  return l10n.t(
    'Your token for {0} may only read (scope read_api). Sign in again with one that has the scope api.',
    host,
  );
}

function connectionSentence(kind: 'offline' | 'timeout' | 'notGitLab' | 'noGitLab' | 'tls', failure: Failure): string {
  const { host = 'GitLab', url = host } = failure;
  const reason = reasonOf(failure);
  const because = inBrackets(reason);
  switch (kind) {
    case 'offline':
      return reason !== undefined && brokenCodes.has(reason)
        ? l10n.t('The connection to {0} broke off. Try again.', host)
        : l10n.t('{0} cannot be reached{1}. Check the network.', host, because);
    case 'timeout':
      return l10n.t('{0} did not answer in time. Try again later.', host);
    case 'notGitLab':
      return l10n.t(
        "{0} answers, but not as GitLab's API{1}: something stands in front of it, such as a sign-in page or a proxy. Check the network, or its URL in gitlabBuilds.instances.",
        host,
        because,
      );
    case 'noGitLab':
      return l10n.t(
        '{0} answers, but is no GitLab: is its relative root missing from {1}? Check gitlabBuilds.instances, or sign in to the right address.',
        host,
        oneLine(url),
      );
    case 'tls':
      return l10n.t("The certificate of {0} is not trusted here{1}. Add its authority to the system's.", host, because);
    default:
      return kind satisfies never;
  }
}

/** Why builds are not fresh. */
export function stalenessSentence({ failure }: Staleness): string {
  return failure === undefined ? l10n.t('remembered from the last time') : failureSentence(failure);
}

const mostNotices = 3;
const mostNames = 3;

/** `main · abc12345: 2 of 7 builds failed: rspec, lint`; several in one message, the failed ones first. */
export function noticesSentence(notices: readonly Notice[], withNames: boolean): string {
  const failed = notices.filter(({ outcome }) => outcome === 'failed');
  const others = notices.filter(({ outcome }) => outcome !== 'failed');
  const told = [...failed, ...others].slice(0, mostNotices).map((notice) => noticeSentence(notice, withNames));
  const more = notices.length - told.length;
  return [...told, ...(more > 0 ? [l10n.t('and {0} more', more)] : [])].join('; ');
}

function noticeSentence(notice: Notice, withName: boolean): string {
  const { name, ref, sha } = notice;
  const parts = [withName ? name : undefined, ref, sha.slice(0, 8)];
  const subject = parts.flatMap((part) => (part === undefined ? [] : shortened(part))).join(' · ');
  return `${subject}: ${endOf(notice)}`;
}

function endOf({ outcome, failed, total, fixed }: Notice): string {
  switch (outcome) {
    case 'failed': {
      const names = failed.slice(0, mostNames).map(({ name }) => shortened(name));
      const named = [...names, ...(failed.length > mostNames ? ['…'] : [])].join(', ');
      return total === 1
        ? l10n.t('{0} failed', named)
        : l10n.t('{0} of {1} builds failed: {2}', failed.length, total, named);
    }
    case 'canceled':
      return total === 1 ? l10n.t('the build was cancelled') : l10n.t('builds were cancelled');
    case 'passed':
      return fixed ? l10n.t('passed again') : l10n.t('passed');
    default:
      return outcome satisfies never;
  }
}

/** A name from outside as a part of a sentence: plain, and no longer than leaves the others room. */
function shortened(text: string): string {
  return withoutIcons(oneLine(text)).replace(/^(.{39}).{2,}$/su, '$1…');
}

/** Of the view's badge. */
export function badgeSentence(failing: number): string {
  return failing === 1 ? l10n.t('1 build has failed') : l10n.t('{0} builds have failed', failing);
}

function clockTime(time: number | undefined): string {
  return time === undefined ? l10n.t('later') : new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' });
}
