import { TtlCache } from '../../util/ttlCache';

/** Where a file was found the last time: a signed address, so a credential. It is in no log and in no error. */
export interface SignedUrl {
  get(): URL | undefined;
  keep(url: URL): void;
  forget(): void;
}

/** Where nothing says how long an address holds. */
const defaultMs = 60_000;
/** It must still hold when the request arrives. */
const marginMs = 5000;
const placesKept = 50;

/** The places of files in object storages, in memory alone, until their addresses run out. */
export class SignedUrlCache {
  // Truly private: what is printed of an object does not show it.
  readonly #kept: TtlCache;

  constructor(private readonly now: () => number) {
    this.#kept = new TtlCache(now, placesKept);
  }

  of(key: string): SignedUrl {
    return {
      get: () => {
        const url = this.#kept.get(key);
        return url instanceof URL ? url : undefined;
      },
      keep: (url) => this.#kept.set(key, url, expiryOf(url, this.now()) - marginMs - this.now()),
      // Held for no time at all.
      forget: () => this.#kept.set(key, undefined, 0),
    };
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** When a signed address runs out, in ms since 1970. */
export function expiryOf({ searchParams }: URL, now: number): number {
  const query = new Map([...searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const told =
    afterDate(query.get('x-amz-date'), query.get('x-amz-expires')) ??
    afterDate(query.get('x-goog-date'), query.get('x-goog-expires')) ??
    // Older signatures of S3 and Google's, and CloudFront's.
    inSeconds(query.get('expires')) ??
    // Azure's.
    onDate(query.get('se'));
  return told ?? now + defaultMs;
}

/** `20260213T120000Z` and seconds from then. */
function afterDate(date: string | undefined, seconds: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '') ?? [];
  const from = onDate(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour ?? ''}:${minute ?? ''}:${second ?? ''}Z`);
  if (from === undefined || !/^\d+$/.test(seconds ?? '')) return undefined;
  return from + 1000 * Number(seconds);
}

function inSeconds(text: string | undefined): number | undefined {
  return /^\d{9,11}$/.test(text ?? '') ? 1000 * Number(text) : undefined;
}

function onDate(text: string | undefined): number | undefined {
  const date = Date.parse(text ?? '');
  return Number.isFinite(date) ? date : undefined;
}
