import { BuildDetails } from './buildDetails';
import { BuildTests } from './buildTests';
import { SignedUrlCache } from './http/signedUrlCache';
import type { ServerClock } from './serverClock';
import { TtlCache } from '../util/ttlCache';

/** Maximum number of cached list pages, of 100 rows each. */
const pagesKept = 200;

interface Durations {
  /** Expected seconds by build name. */
  readonly seconds: Readonly<Record<string, number>>;
  /** When they were loaded, in ms since 1970. */
  readonly at: number;
}

/** What was loaded from one instance, for as long as its server, the token and the difference of the clocks stay. */
export class ClientCaches {
  /** What the server and the token turned out to be able to. */
  readonly memory: TtlCache;
  /** Pages of lists by URL. */
  readonly pages: TtlCache;
  readonly signedUrls: SignedUrlCache;
  readonly details = new BuildDetails();
  readonly tests: BuildTests;
  /** Expected durations by project. */
  readonly durations = new Map<string, Durations>();

  constructor(now: () => number, serverClock: ServerClock) {
    this.memory = new TtlCache(now);
    this.pages = new TtlCache(now, pagesKept);
    this.signedUrls = new SignedUrlCache(() => serverClock.serverNow);
    this.tests = new BuildTests(now);
  }

  clear(): void {
    this.durations.clear();
    this.memory.clear();
    this.pages.clear();
    this.signedUrls.clear();
    this.details.clear();
    this.tests.clear();
  }
}
