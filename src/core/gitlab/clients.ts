import type { Disposable } from '../util/emitter';
import { GitLabClient } from './client';
import { findInstance, type FoundInstance } from './findInstance';
import { createHttp } from './http/http';
import { renewingHttp } from './http/renewingHttp';
import type { Http } from './http/request';
import type { FactsKeeper } from './instanceFacts';
import type { Logger } from '../util/logger';
import type { Instance } from '../model/instance';
import { systemClock } from '../util/timer';

/** Supplies the token of a client; lets a token be tried before it is stored. */
type TokenSource = () => Promise<string | undefined>;

interface ClientsOptions {
  readonly log: Logger;
  readonly userAgent: string;
  readonly tokenOf: (url: string) => Promise<string | undefined>;
  /** The token to use after one was refused, if there is another. */
  readonly renewed?: (url: string, refused: string) => Promise<string | undefined>;
  /** Whether to use an agent of our own for requests. */
  readonly ownAgent: () => boolean;
  /** Access to facts about an instance that windows share. */
  readonly factsOf?: (instance: Instance) => FactsKeeper;
}

/** One client per instance, with its caches and rate limiter. */
export class Clients implements Disposable {
  private readonly known = new Map<string, GitLabClient>();
  private readonly http: Http;
  private readonly renewing: Http;

  constructor(private readonly options: ClientsOptions) {
    this.http = createHttp(options);
    const { renewed } = options;
    this.renewing = renewed === undefined ? this.http : renewingHttp(this.http, renewed);
  }

  of(instance: Instance): GitLabClient {
    const key = JSON.stringify(instance);
    const { tokenOf, factsOf } = this.options;
    const client =
      this.known.get(key) ?? this.create(instance, () => tokenOf(instance.url), this.renewing, factsOf?.(instance));
    this.known.set(key, client);
    return client;
  }

  /** Creates a separate client, for example for a token that isn't stored yet. Sends no request. */
  make(instance: Instance, token: TokenSource): GitLabClient {
    return this.create(instance, token, this.http);
  }

  /** Finds the GitLab at an entered address, or at a parent path, without a token. */
  find(address: string, signal: AbortSignal): Promise<FoundInstance> {
    return findInstance(address, { http: this.http, signal });
  }

  dispose(): void {
    for (const client of this.known.values()) client.dispose();
    this.known.clear();
    this.http.dispose?.();
  }

  private create(instance: Instance, token: TokenSource, http: Http, facts?: FactsKeeper): GitLabClient {
    return new GitLabClient(instance, http, token, this.options.log, systemClock, facts);
  }
}
