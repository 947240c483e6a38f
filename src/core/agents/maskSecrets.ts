import { secretPrefixes } from '../model/token';

const mask = '[masked]';

/** Runs of the characters that tokens consist of. */
const words = /[\w.-]+/g;
/** Shortest secret after a known prefix. */
const shortestSecret = 8;
const parameters = /([?&;]([\w-]+)=)[^&;\s"'<>`]+/g;
/** Lowercase names of URL parameters that contain credentials. */
const secretParameters = new Set([
  ...['x-amz-signature', 'x-amz-credential', 'x-amz-security-token', 'x-goog-signature', 'x-goog-credential'],
  ...['awsaccesskeyid', 'googleaccessid', 'signature', 'sig', 'private_token', 'job_token', 'access_token', 'token'],
]);
/** Start of a header, variable or cookie that contains a credential, as it appears in logs, JSON, YAML and shell commands. */
const headers = /(?:[-_]TOKEN|Authorization|_gitlab_session)["'\\]* *[:=]>? *["'\\]*/gi;
const schemes = new Set(['bearer', 'basic', 'token', 'digest', 'negotiate']);
const endOfValue = /[\s"'`\\,;&]/;
/** Password in a URL, as in `https://user:password@host`. */
const passwords = /(:\/\/[^\s/:@]{0,200}:)[^\s/]{1,500}@/g;

/** Masks the given secrets and everything that looks like a GitLab token, a credential in a URL, or an authorization header. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) if (secret.length > 0) masked = masked.replaceAll(secret, mask);
  return withoutHeaders(masked.replace(words, withoutTokens))
    .replace(parameters, (found: string, start: string, name: string) =>
      secretParameters.has(name.toLowerCase()) ? `${start}${mask}` : found,
    )
    .replace(passwords, `$1${mask}@`);
}

/** The word up to the first token in it. */
function withoutTokens(word: string): string {
  if (word.length < shortestSecret) return word;
  const starts = [...secretPrefixes.map((prefix) => tokenAt(word, prefix)), webTokenAt(word)].filter((at) => at >= 0);
  return starts.length === 0 ? word : word.slice(0, Math.min(...starts)) + mask;
}

function tokenAt(word: string, prefix: string): number {
  const at = word.indexOf(prefix);
  return at >= 0 && word.length - at - prefix.length >= shortestSecret ? at : -1;
}

/** Start of a JSON web token: two JSON objects in base64, separated by a dot. */
function webTokenAt(word: string): number {
  const second = word.indexOf('.eyJ');
  return second < 0 ? -1 : word.lastIndexOf('eyJ', second);
}

/** The text with the values of headers masked, but not the names of their schemes. */
function withoutHeaders(text: string): string {
  const parts: string[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(headers)) {
    if (index < done) continue;
    const start = index + found.length;
    const end = endOfWord(text, start);
    const value = schemes.has(text.slice(start, end).toLowerCase()) ? endOfSpaces(text, end) : start;
    const valueEnd = endOfWord(text, value);
    if (valueEnd === value) continue;
    parts.push(text.slice(done, value), mask);
    done = valueEnd;
  }
  return parts.join('') + text.slice(done);
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && !endOfValue.test(text.charAt(at))) at += 1;
  return at;
}

function endOfSpaces(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ') at += 1;
  return at;
}
