import type { GitLabClient } from '../core/gitlab/client';
import type { Logger } from '../core/logger';
import type { Instance } from '../core/instance';

/** What a client is made with; a token given here is tried before it is kept. */
export type TokenSource = () => Promise<string | undefined>;

/** One client per instance, made when first needed: its code is the heavy part of the extension. */
export class Clients {
  private readonly known = new Map<string, Promise<GitLabClient>>();

  constructor(
    private readonly log: Logger,
    private readonly userAgent: string,
    private readonly tokenOf: (url: string) => Promise<string | undefined>,
  ) {}

  of(instance: Instance): Promise<GitLabClient> {
    const key = JSON.stringify(instance);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made = this.make(instance, () => this.tokenOf(instance.url));
    this.known.set(key, made);
    made.catch(() => this.known.delete(key));
    return made;
  }

  /** A client of its own, for a token that is not stored yet. */
  async make(instance: Instance, token: TokenSource): Promise<GitLabClient> {
    const { connect } = await import('../core/gitlab/connect');
    return connect(instance, token, this.log, this.userAgent);
  }
}
