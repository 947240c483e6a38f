/** Secrets that GitLab issues but its API doesn't accept from users. */
export type UnusableToken =
  | 'deploy'
  | 'runner'
  | 'trigger'
  | 'job' // token of a running CI/CD job
  | 'feed'
  | 'incomingMail'
  | 'applicationSecret' // secret of an OAuth application
  | 'agent' // token of the agent for Kubernetes
  | 'scim'
  | 'featureFlags'
  | 'workspace'
  | 'session' // browser session cookie
  | 'webToken' // JSON web token, such as a job's ID token
  | 'gitHub'; // token of GitHub, which must not be sent to another server

/** Prefixes of GitLab's tokens. The API accepts personal, project and group access tokens. */
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

/** Prefixes of everything that GitLab issues as a secret. An instance may put more before them. */
export const secretPrefixes: readonly string[] = prefixes.map(([prefix]) => prefix);

/** Prefixes of GitHub's tokens, which nothing stands before. */
const gitHubPrefixes = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'];

const scheme = 'Bearer ';

/** An OAuth token as stored and sent: with its scheme. No other token contains a space. */
export function bearer(token: string): string {
  return `${scheme}${token}`;
}

/** Header that contains a token. */
export function tokenHeaders(token: string): Readonly<Record<string, string>> {
  return token.startsWith(scheme) ? { authorization: token } : { 'PRIVATE-TOKEN': token };
}

/** Kind of a secret that GitLab's API doesn't accept, by its format; undefined: it may be an API token. */
export function unusableKind(secret: string): UnusableToken | undefined {
  const kind = prefixOf(secret)?.kind;
  if (kind !== undefined) return kind === 'access' ? undefined : kind;
  if (gitHubPrefixes.some((prefix) => secret.startsWith(prefix))) return 'gitHub';
  return isWebToken(secret) ? 'webToken' : undefined;
}

/** Whether a secret has the prefix of access tokens. */
export function isAccessToken(secret: string): boolean {
  return prefixOf(secret)?.kind === 'access';
}

/**
 * Whether text entered as an address is or contains a secret. A host that resembles one can be entered with `https://`;
 * a name of 20 characters with capitals and digits can't.
 */
export function looksLikeToken(text: string): boolean {
  const trimmed = asInHostName(text).trim();
  if (prefixOf(trimmed) !== undefined || isWebToken(trimmed)) return true;
  const bare = trimmed.replace(/^https?:\/\//i, '');
  const isAddress = bare !== trimmed || /[.:/]/.test(bare);
  return bare.split(/[^\w-]/).some((part) => isSecret(part, isAddress));
}

/**
 * Text without what the URL parser drops from a host name or reads as a letter of ASCII, such as invisible and
 * full-width characters: a secret with such characters would be looked up as a name without them.
 */
function asInHostName(text: string): string {
  return text.normalize('NFKC').replace(/[^\x20-\x7e]/g, '');
}

/** GitLab's tokens without a prefix have 20 characters; those of OAuth have 64 hex digits. */
function isSecret(part: string, isAddress: boolean): boolean {
  if (part.length < 20) return false;
  if (part.length > longestLabel || (part.length >= 40 && /^[0-9a-f]+$/i.test(part))) return true;
  const hasCapital = /[A-Z]/.test(part);
  return isAddress ? hasCapital && /[0-9]/.test(part) : hasCapital || part.includes('_');
}

/** Maximum length of a label in a host name. */
const longestLabel = 63;

/** First known prefix in the text; an instance may put its own prefix and a hyphen before it. */
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

/** Whether it has three base64 parts, the first of which starts like a JSON object. */
function isWebToken(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 3 && text.startsWith('eyJ') && parts.every((part) => /^[\w-]+$/.test(part));
}
