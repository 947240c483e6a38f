import { createHmac } from 'node:crypto';
import type { Answer, Request } from './answer';
import { serveFile } from './files';
import type { FakeBuild } from './model';
import type { World } from './world';

/** An object storage such as S3: another origin, signed addresses, no tokens. */
export function signedPath(build: FakeBuild): string {
  const path = `/artifacts/${build.projectId}/${build.id}/${encodeURIComponent(build.artifacts?.filename ?? '')}`;
  return `${path}?X-Amz-Expires=600&X-Amz-Signature=${sign(path)}`;
}

export function answerFromStorage(world: World, { path, headers }: Request): Answer {
  // S3 and GCS refuse a signed address that comes with a credential.
  if (headers.authorization !== undefined) return refusal(400, 'InvalidArgument');
  const url = new URL(path, 'http://storage');
  if (url.searchParams.get('X-Amz-Signature') !== sign(url.pathname)) return refusal(403, 'SignatureDoesNotMatch');
  const id = Number(/^\/artifacts\/\d+\/(\d+)\//.exec(url.pathname)?.[1]);
  const { artifacts } = world.build(id);
  if (!artifacts) return refusal(404, 'NoSuchKey');
  return serveFile(artifacts, headers, { 'Content-Type': 'application/octet-stream', ETag: `"${id}"` });
}

function sign(path: string): string {
  return createHmac('sha256', 'key of the storage').update(path).digest('hex');
}

function refusal(status: number, code: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code></Error>`;
  return { status, headers: { 'Content-Type': 'application/xml' }, body };
}
