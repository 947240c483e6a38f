import { createHash, createHmac } from 'node:crypto';
import type { Answer, Request } from './answer';
import type { Archive } from './archive';
import { serveFile } from './files';
import type { FakeBuild } from './model';
import type { World } from './world';

/** An object storage such as S3: another origin, addresses that are signed for so many seconds, no tokens. */
export function signedPath(build: FakeBuild, now: number, seconds: number): string {
  const path = `/artifacts/${build.projectId}/${build.id}/${encodeURIComponent(build.artifacts?.filename ?? '')}`;
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const signed = `X-Amz-Date=${date}&X-Amz-Expires=${seconds}`;
  return `${path}?${signed}&X-Amz-Signature=${sign(`${path}?${signed}`)}`;
}

export function answerFromStorage(world: World, { path, headers }: Request): Answer {
  // S3 and GCS refuse a signed address that comes with a credential.
  if (headers.authorization !== undefined) return refusal(400, 'InvalidArgument');
  const url = new URL(path, 'http://storage');
  const { searchParams: query, pathname } = url;
  const [date, seconds] = [query.get('X-Amz-Date') ?? '', query.get('X-Amz-Expires') ?? ''];
  const signature = sign(`${pathname}?X-Amz-Date=${date}&X-Amz-Expires=${seconds}`);
  if (query.get('X-Amz-Signature') !== signature) return refusal(403, 'SignatureDoesNotMatch');
  if (world.now() >= toMs(date) + 1000 * Number(seconds)) return refusal(403, 'AccessDenied');
  const id = Number(/^\/artifacts\/\d+\/(\d+)\//.exec(pathname)?.[1]);
  const { artifacts } = world.build(id);
  if (!artifacts) return refusal(404, 'NoSuchKey');
  return serveFile(artifacts, headers, { 'Content-Type': 'application/octet-stream', ETag: etagOf(artifacts) });
}

/** A strong one: other bytes, another tag. */
function etagOf({ filename, size, modifiedAtMs }: Archive): string {
  return `"${createHash('md5').update(`${filename}/${size}/${modifiedAtMs}`).digest('hex')}"`;
}

/** `20160222T120000Z` */
function toMs(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function sign(path: string): string {
  return createHmac('sha256', 'key of the storage').update(path).digest('hex');
}

function refusal(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { 'Content-Type': 'application/xml' }, body };
}
