import { GitLabError, isNotFound } from '../model/errors';
import type { Instance } from '../model/instance';
import { deepEqual } from '../util/deepEqual';
import { SharedWork } from '../util/sharedWork';
import type { Clock } from '../util/timer';
import type { ClientCaches } from './clientCaches';
import { detectWithProject, type Detection, type Probe, type Server } from './detect';
import type { Call, Dialect } from './dialect';
import { GitLabApi } from './gitlabApi';
import type { Http } from './http/request';
import { isRecent, type FactsKeeper, type InstanceFacts } from './instanceFacts';
import { recallGraphqlRefused } from './listing/graphql';
import { recallRefused } from './listing/graphqlRequests';
import { present } from './listing/restMappers';
import { v3 } from './listing/v3';
import { v4 } from './listing/v4';
import { contradictsDetection, isProjectGone, mayHideUpgrade, ofKnownGitLab, unsupportedOr } from './notFound';
import type { ServerClock } from './serverClock';

const dialects = { v3, v4 } as const satisfies Record<Server['api'], Dialect>;

interface Detected {
  readonly server: Server;
  /** When it was found, in ms since 1970. */
  readonly at: number;
  /** Whether this client found it itself. */
  readonly isSeen: boolean;
}

/** Result of detection, with the project requested in parallel. */
interface DetectionOfClient extends Detection {
  readonly beside: string | undefined;
}

/** A call, with the response for the project requested in parallel, if any. */
export interface OpenCall extends Call {
  readonly beside?: Promise<unknown> | undefined;
}

interface DetectedServerParts {
  readonly instance: Instance;
  readonly http: Http;
  readonly token: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly caches: ClientCaches;
  /** What windows share of the instance. */
  readonly facts: FactsKeeper | undefined;
  /** Called when another token is used than before. */
  readonly onNewToken: () => void;
}

/** The server of an instance: detected with the first call, and again after a day or when its version is in doubt. */
export class DetectedServer {
  detected: Detected | undefined;
  /** Whether it has responded as GitLab, to this window or another. */
  private isKnown = false;
  /** Whether the server may have been upgraded since it was detected. */
  isDoubted = false;
  private lastToken: string | undefined;
  private lastSkew = 0;
  private detecting = new SharedWork<DetectionOfClient>();

  constructor(private readonly parts: DetectedServerParts) {
    const facts = parts.facts?.get();
    if (facts === undefined) return;
    this.isKnown = true;
    if (isRecent(facts.at, parts.clock.now())) this.detected = { server: facts.server, at: facts.at, isSeen: false };
    this.recallRefused();
  }

  /** Runs `work` in the server's dialect. A response that contradicts the dialect triggers a new detection. */
  async call<T>(signal: AbortSignal, work: (call: OpenCall) => Promise<T>, beside?: string): Promise<T> {
    try {
      return await this.callOrAskAgain(signal, work, beside);
    } catch (error) {
      throw this.isKnown ? ofKnownGitLab(error) : error;
    }
  }

  private async callOrAskAgain<T>(
    signal: AbortSignal,
    work: (call: OpenCall) => Promise<T>,
    beside?: string,
  ): Promise<T> {
    const known = this.detected;
    try {
      return await work(await this.open(signal, beside));
    } catch (error) {
      // Facts from another window are doubted sooner: for missing jobs, the unfinished v4 of 8.17 returns a regular
      // 404.
      const isDoubtful = known?.isSeen === false && isNotFound(error) && !isProjectGone(error);
      if (known === undefined || !(contradictsDetection(error) || isDoubtful)) throw error;
      // If several calls are contradicted at once, only the first resets.
      if (this.detected === known) this.detected = undefined;
      const call = await this.open(signal);
      if (deepEqual(call.server, known.server)) throw isDoubtful ? error : unsupportedOr(error);
      return work(call);
    }
  }

  /** Detects the server if necessary. `beside`: project to request in parallel with a detection. */
  async open(signal: AbortSignal, beside?: string): Promise<OpenCall> {
    const { instance, http, caches, serverClock } = this.parts;
    const token = await this.parts.token();
    if (token !== this.lastToken) {
      this.forget();
      // Pending detections use the previous token.
      this.detecting = new SharedWork();
      this.parts.onNewToken();
    }
    this.lastToken = token;
    let met: DetectionOfClient | undefined;
    if (this.detected === undefined || !isRecent(this.detected.at, this.parts.clock.now()))
      met = await this.detecting.join(signal, (all) => this.detect({ http, instance, token, signal: all }, beside));
    const server = this.detected?.server ?? met?.server;
    if (server === undefined) throw new Error('A server was found out and is not known.');
    const { skew } = serverClock;
    // Cached times were converted with the old difference.
    if (skew !== this.lastSkew) this.forget();
    this.lastSkew = skew;
    const dialect = dialects[server.api];
    const api = new GitLabApi(http, instance, dialect.root, token, signal, caches.pages, serverClock);
    return { server, dialect, api, beside: met?.beside === beside ? met?.project : undefined };
  }

  private async detect(probe: Probe, beside: string | undefined): Promise<DetectionOfClient> {
    const met = await detectWithProject(probe, beside);
    this.isKnown = true;
    this.isDoubted = false;
    this.keepServer(met.server);
    this.forget();
    return { ...met, beside };
  }

  /** Asks a doubted server for its version again; returns whether it is another one. A failure leaves the doubt. */
  async detectAgain(signal: AbortSignal): Promise<boolean> {
    const { instance, http } = this.parts;
    const { detected, lastToken: token } = this;
    if (detected === undefined) return false;
    try {
      const { server } = await detectWithProject({ http, instance, token, signal });
      if (this.detected !== detected) return false;
      this.isDoubted = false;
      const isOther = !deepEqual(server, detected.server);
      this.keepServer(server);
      if (isOther) this.forget();
      return isOther;
    } catch (error) {
      if (!(error instanceof GitLabError)) throw error;
      this.isDoubted = mayHideUpgrade(error);
      return false;
    }
  }

  private keepServer(server: Server): void {
    const { facts } = this.parts;
    const at = this.parts.clock.now();
    this.detected = { server, at, isSeen: true };
    facts?.keep({ projects: facts.get()?.projects ?? {}, server, at });
  }

  /** What another window found GraphQL to refuse. */
  private recallRefused(): void {
    const { detected } = this;
    const { memory } = this.parts.caches;
    const facts = this.parts.facts?.get();
    if (facts === undefined || detected === undefined || !isSameServer(facts.server, detected.server)) return;
    recallRefused({ memory, server: detected.server }, facts.lacks ?? []);
    if (facts.noGraphql === true) recallGraphqlRefused({ memory });
  }

  /** Changes what other windows know of the instance. */
  keepFacts(change: (facts: InstanceFacts) => InstanceFacts): void {
    const { detected } = this;
    const { facts } = this.parts;
    if (facts === undefined || detected === undefined) return;
    const { server, at } = detected;
    const { projects = {}, lacks, noGraphql } = facts.get() ?? {};
    facts.keep(change({ projects, server, at, ...present({ lacks, noGraphql }) }));
  }

  private forget(): void {
    this.parts.caches.clear();
    this.recallRefused();
  }
}

function isSameServer(one: Server, other: Server): boolean {
  return one.api === other.api && one.version === other.version;
}
