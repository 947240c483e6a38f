import { clockSkew, leastSkewMs, type HeaderBag } from './http/httpFailures';

/** Difference between this machine's clock and GitLab's, from the `Date` of responses; 0 if it is below a minute. */
export class ServerClock {
  private ahead = 0;

  constructor(private readonly now: () => number) {}

  /** Milliseconds to add to a GitLab time to get this machine's time. */
  get skew(): number {
    return this.ahead;
  }

  /** GitLab's current time, in ms since 1970. */
  get serverNow(): number {
    return this.now() - this.ahead;
  }

  observe(headers: HeaderBag): void {
    const skew = clockSkew(headers, this.now());
    // Small changes are ignored: otherwise all times would change by a second with each response.
    if (skew === undefined || Math.abs(skew - this.ahead) < leastSkewMs) return;
    this.ahead = Math.abs(skew) < leastSkewMs ? 0 : skew;
  }
}
