import type { Disposable } from 'vscode';
import type { GitLabClient } from '../core/gitlab/client';
import { connect } from '../core/gitlab/connect';
import type { FactsKeeper } from '../core/gitlab/instanceFacts';
import type { Logger } from '../core/logger';
import type { Instance } from '../core/instance';
import { systemClock } from '../core/schedule';

/** What a client is made with; a token given here is tried before it is kept. */
export type TokenSource = () => Promise<string | undefined>;

/** One client per instance, which remembers what it has looked up and bounds what the instance is asked. */
export class Clients implements Disposable {
  private readonly known = new Map<string, GitLabClient>();

  constructor(
    private readonly log: Logger,
    private readonly userAgent: string,
    private readonly tokenOf: (url: string) => Promise<string | undefined>,
    private readonly factsOf?: (instance: Instance) => FactsKeeper,
  ) {}

  of(instance: Instance): GitLabClient {
    const key = JSON.stringify(instance);
    const client =
      this.known.get(key) ?? this.make(instance, () => this.tokenOf(instance.url), this.factsOf?.(instance));
    this.known.set(key, client);
    return client;
  }

  /** A client of its own, for a token that is not stored yet. */
  make(instance: Instance, token: TokenSource, facts?: FactsKeeper): GitLabClient {
    return connect(instance, token, this.log, this.userAgent, systemClock, facts);
  }

  dispose(): void {
    for (const client of this.known.values()) client.dispose();
    this.known.clear();
  }
}
