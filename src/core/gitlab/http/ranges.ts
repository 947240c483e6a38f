import type { HeaderBag } from './httpFailures';

/** A part of a file: from `start` up to, not including, `end` (undefined: its end), or its last bytes. */
export type ByteRange = { readonly start: number; readonly end?: number | undefined } | { readonly last: number };

/** The part that came, and the size of the whole. */
export interface ContentRange {
  readonly start: number;
  /** Not included. */
  readonly end: number;
  readonly total: number;
}

/** Asks for a part; only of what is still the same where `validator` is said. */
export function rangeHeaders(range: ByteRange, validator: string | undefined): Readonly<Record<string, string>> {
  const wanted = 'last' in range ? `-${range.last}` : `${range.start}-${range.end === undefined ? '' : range.end - 1}`;
  return {
    range: `bytes=${wanted}`,
    // A part of what was packed on the way would be no part of the file.
    'accept-encoding': 'identity',
    ...(validator === undefined ? {} : { 'if-range': validator }),
  };
}

/** undefined where there is none that says all three numbers. */
export function contentRange(headers: HeaderBag): ContentRange | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/i.exec(headers.get('content-range')?.trim() ?? '') ?? [];
  const range = { start: Number(first), end: Number(last) + 1, total: Number(total) };
  return range.start < range.end && range.end <= range.total ? range : undefined;
}

/** What `If-Range` may name: a strong ETag, or else the time of the last change. */
export function validatorOf(headers: HeaderBag): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : (headers.get('last-modified') ?? undefined);
}
