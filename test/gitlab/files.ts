import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, notModified } from './answer';
import type { Archive } from './archive';

/** Serves a file as Go's `http.ServeContent` does for gitlab-workhorse: Last-Modified, If-Modified-Since, Range, If-Range. */
export function serveFile(archive: Archive, request: IncomingHttpHeaders, headers: Answer['headers']): Answer {
  const lastModified = new Date(archive.modifiedAtMs).toUTCString();
  const common = { ...headers, 'Last-Modified': lastModified, 'Accept-Ranges': 'bytes' };
  if (isUnmodified(request['if-modified-since'], archive)) return notModified(common);
  const { size } = archive;
  const range = rangeWanted(request, [lastModified, headers['ETag']]);
  if (range === undefined) return { status: 200, headers: common, body: { archive, start: 0, end: size } };
  const [start, end] = range(size);
  if (start >= end) {
    const body = 'invalid range: failed to overlap\n';
    return { status: 416, headers: { ...plain, 'Content-Range': `bytes */${size}` }, body };
  }
  const contentRange = `bytes ${start}-${end - 1}/${size}`;
  return { status: 206, headers: { ...common, 'Content-Range': contentRange }, body: { archive, start, end } };
}

const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };

type Range = (size: number) => readonly [start: number, end: number];

/** Several ranges at once are not modelled: they get the whole file, which HTTP allows. */
function rangeWanted(request: IncomingHttpHeaders, validators: readonly (string | undefined)[]): Range | undefined {
  const ifRange = request['if-range'];
  if (ifRange !== undefined && !validators.some((one) => one === ifRange)) return undefined;
  const match = /^bytes=(\d*)-(\d*)$/.exec(request.range ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') return (size) => [Math.max(size - Number(last), 0), size];
  return (size) => [Number(first), last === '' ? size : Math.min(Number(last) + 1, size)];
}

function isUnmodified(since: string | undefined, archive: Archive): boolean {
  const ms = Date.parse(since ?? '');
  return !Number.isNaN(ms) && Math.floor(archive.modifiedAtMs / 1000) <= Math.floor(ms / 1000);
}
