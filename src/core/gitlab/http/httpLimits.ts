export interface HttpLimits {
  readonly headersMs: number;
  /** Longest time without receiving a byte of the body, in ms. */
  readonly idleMs: number;
  /** Longest time for a whole JSON response including redirects, in ms. */
  readonly totalMs: number;
  /** Limits for responses that GitLab computes on request. */
  readonly slow: { readonly headersMs: number; readonly totalMs: number };
  /** Maximum size of a JSON response in bytes, decompressed: parsing blocks the event loop. */
  readonly jsonBytes: number;
  readonly redirects: number;
  readonly retries: number;
  /** Delay before the first retry, in ms; doubled for each further one, with jitter. */
  readonly retryMs: number;
}

export const defaultLimits: HttpLimits = {
  headersMs: 10_000,
  idleMs: 30_000,
  totalMs: 30_000,
  slow: { headersMs: 60_000, totalMs: 120_000 },
  jsonBytes: 4_000_000,
  redirects: 5,
  retries: 2,
  retryMs: 250,
};
