import type { HeaderBag } from './httpFailures';

/** Byte range of a file: from `start` to `end` (exclusive; undefined: end of file), or the last bytes. */
export type ByteRange = { readonly start: number; readonly end?: number | undefined } | { readonly last: number };

/** The range in a response, and the total size. */
export interface ContentRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly total: number;
}

/** Headers that request a range. With `validator`, an unchanged file is required. */
export function rangeHeaders(range: ByteRange, validator: string | undefined): Readonly<Record<string, string>> {
  const wanted = 'last' in range ? `-${range.last}` : `${range.start}-${range.end === undefined ? '' : range.end - 1}`;
  return {
    range: `bytes=${wanted}`,
    // A range of a compressed transfer wouldn't be a range of the file.
    'accept-encoding': 'identity',
    ...(validator === undefined ? {} : { 'if-range': validator }),
  };
}

/** Parses `Content-Range`; undefined unless it has all three numbers. */
export function contentRange(headers: HeaderBag): ContentRange | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(headers.get('content-range')?.trim() ?? '') ?? [];
  const range = { start: Number(first), end: Number(last) + 1, total: Number(total) };
  return range.start < range.end && range.end <= range.total ? range : undefined;
}

/** Validator for `If-Range`: a strong ETag, else the time of the last change. */
export function validatorOf(headers: HeaderBag): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : (headers.get('last-modified') ?? undefined);
}
