import { TtlCache } from '../../util/ttlCache';

/** Cached storage URL of a file. A signed URL is a credential, so it appears in no log and no error. */
export interface SignedUrl {
  get(): URL | undefined;
  keep(url: URL): void;
  forget(): void;
}

/** Lifetime of a URL that doesn't state its expiry, in ms. */
const defaultMs = 60_000;
/** Safety margin in ms: the URL must still be valid when the request arrives. */
const marginMs = 5000;
const placesKept = 50;

/** Storage URLs of files, kept in memory until they expire. */
export class SignedUrlCache {
  // A private field, so that it isn't shown when an object is printed.
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
      // Expires immediately.
      forget: () => this.#kept.set(key, undefined, 0),
    };
  }

  clear(): void {
    this.#kept.clear();
  }
}

/** Expiry of a signed URL, in ms since 1970. */
export function expiryOf({ searchParams }: URL, now: number): number {
  const query = new Map([...searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const expiry =
    afterDate(query.get('x-amz-date'), query.get('x-amz-expires')) ??
    afterDate(query.get('x-goog-date'), query.get('x-goog-expires')) ??
    // S3 signature version 2, Google Cloud Storage and CloudFront.
    inSeconds(query.get('expires')) ??
    // Azure Blob Storage.
    onDate(query.get('se'));
  return expiry ?? now + defaultMs;
}

/** A date such as `20260213T120000Z` plus seconds. */
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
