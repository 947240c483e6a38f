import { GitLabError } from '../../model/errors';
import type { Exchange } from './exchange';
import { failureOfAnswer, failureOfStorage, isAttachment, isHtml } from './httpFailures';
import { contentRange } from './ranges';
import { notGitLab } from './redirects';
import type { HttpRequest } from './request';

/** Maximum size of an error response in bytes; reasons are short. */
const refusalBytes = 64_000;
const [partialContent, notModified] = [206, 304];

/** The exchange if it succeeded, else throws what GitLab or its storage responded. */
export async function succeeded(exchange: Exchange, { etag }: HttpRequest, isStored: boolean): Promise<Exchange> {
  const { status, ok, headers } = exchange.response;
  if (ok || (status === notModified && etag !== undefined)) return exchange;
  // A truncated error message isn't reliable.
  const body = (await exchange.text(refusalBytes)) ?? '';
  const answer = { status, headers, host: exchange.host, body, now: Date.now() };
  throw new GitLabError(isStored ? failureOfStorage(answer) : failureOfAnswer(answer));
}

/** The error if a response is neither the file, as it is, nor a range with its position. */
export function flawOf({ response: { status, headers }, host }: Exchange): GitLabError | undefined {
  if (isHtml(headers) && !isAttachment(headers)) return notGitLab(host, 'an HTML page in place of the file');
  if (isCompressed(headers))
    return new GitLabError({ kind: 'invalidAnswer', host, status, reason: 'a compressed file' });
  if (status !== partialContent || contentRange(headers) !== undefined) return undefined;
  return new GitLabError({ kind: 'invalidAnswer', host, status, reason: 'a part without its place' });
}

const compressions = new Set(['gzip', 'x-gzip', 'deflate', 'compress', 'br', 'zstd']);

/** Whether the body is compressed in transit, which isn't requested for files. Some storages name other encodings. */
function isCompressed(headers: Exchange['response']['headers']): boolean {
  const encodings = (headers.get('content-encoding') ?? '').toLowerCase().split(',');
  return encodings.some((encoding) => compressions.has(encoding.trim()));
}

/** Parses a JSON body. */
export function parseJson(text: string, { host, response }: Exchange): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes its input, which contains tokens of the user and of runners in GitLab 8.x.
    throw new GitLabError({ kind: 'invalidAnswer', host, status: response.status, reason: 'damaged JSON' });
  }
}

export function tooLarge(host: string, limit: number): GitLabError {
  return new GitLabError({ kind: 'tooLarge', host, reason: `${limit / 1_000_000} MB` });
}
