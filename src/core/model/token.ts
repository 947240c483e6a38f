/** Kinds of secrets that GitLab gives out and that its API doesn't take from a user. */
export type UnusableToken =
  | 'deploy'
  | 'runner'
  | 'trigger'
  | 'job' // of a running CI/CD job
  | 'feed'
  | 'incomingMail'
  | 'applicationSecret' // of an OAuth application
  | 'agent' // of a Kubernetes cluster
  | 'scim'
  | 'featureFlags'
  | 'workspace'
  | 'session' // a browser's cookie
  | 'webToken'; // a JSON web token, such as a job's ID token

/** Prefixes that GitLab gives its tokens; a personal, project or group access token is one that the API takes. */
const prefixes: readonly (readonly [prefix: string, kind: UnusableToken | 'access'])[] = [
  ['glpat-', 'access'],
  ['gldt-', 'deploy'],
  ['glrt-', 'runner'],
  ['glrtr-', 'runner'],
  ['GR1348941', 'runner'],
  ['glptt-', 'trigger'],
  ['glcbt-', 'job'],
  ['glft-', 'feed'],
  ['glimt-', 'incomingMail'],
  ['gloas-', 'applicationSecret'],
  ['glagent-', 'agent'],
  ['glsoat-', 'scim'],
  ['glffct-', 'featureFlags'],
  ['glwt-', 'workspace'],
  ['_gitlab_session=', 'session'],
];

const scheme = 'Bearer ';

/** A token of OAuth as it is kept and passed on: with the scheme that it is sent with. No other token has a space. */
export function bearer(token: string): string {
  return `${scheme}${token}`;
}

/** The header that carries a token. */
export function tokenHeaders(token: string): Readonly<Record<string, string>> {
  return token.startsWith(scheme) ? { authorization: token } : { 'PRIVATE-TOKEN': token };
}

/** What a secret is that GitLab's API doesn't take, by its form; undefined: it may be a token for the API. */
export function unusableKind(secret: string): UnusableToken | undefined {
  const kind = prefixOf(secret)?.kind;
  if (kind !== undefined) return kind === 'access' ? undefined : kind;
  return isWebToken(secret) ? 'webToken' : undefined;
}

/** Whether a secret has the prefix of access tokens. */
export function isAccessToken(secret: string): boolean {
  return prefixOf(secret)?.kind === 'access';
}

/**
 * Whether a text that is meant to be an address is, or has in it, a secret. A host of that form can be entered with
 * `https://` in front; a name of 20 characters with capitals and digits can't.
 */
export function looksLikeToken(text: string): boolean {
  const trimmed = text.trim();
  if (prefixOf(trimmed) !== undefined || isWebToken(trimmed)) return true;
  const bare = trimmed.replace(/^https?:\/\//i, '');
  const isAddress = bare !== trimmed || /[.:/]/.test(bare);
  return bare.split(/[.:/@?#&=]/).some((part) => isSecret(part, isAddress));
}

/** GitLab's tokens without a prefix are 20 characters long, those of OAuth are 64 digits and letters from a to f. */
function isSecret(part: string, isAddress: boolean): boolean {
  if (part.length < 20 || !/^[\w-]+$/.test(part)) return false;
  if (part.length > longestLabel || (part.length >= 40 && /^[0-9a-f]+$/i.test(part))) return true;
  const hasCapital = /[A-Z]/.test(part);
  return isAddress ? hasCapital && /[0-9]/.test(part) : hasCapital || part.includes('_');
}

/** Of a host's name. */
const longestLabel = 63;

/** The first known prefix in the text: an installation may put a word of its own and a hyphen before it. */
function prefixOf(text: string): { readonly kind: UnusableToken | 'access' } | undefined {
  const found = prefixes.flatMap(([prefix, kind]) => {
    const at = text.indexOf(prefix);
    return at < 0 || isInWord(text, at) ? [] : [{ at, kind }];
  });
  return found.sort((a, b) => a.at - b.at)[0];
}

function isInWord(text: string, at: number): boolean {
  return at > 0 && /[A-Za-z0-9]/.test(text.charAt(at - 1));
}

/** Three parts in base64, of which the first begins as a JSON object does. */
function isWebToken(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 3 && text.startsWith('eyJ') && parts.every((part) => /^[\w-]+$/.test(part));
}
