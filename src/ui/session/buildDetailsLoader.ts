import type { Build } from '../../core/model/build';
import { targetOf } from '../../core/model/snapshot';
import type { Clients } from './clients';
import type { Session } from './session';

/** What is to be had of a build when somebody looks at it, and its list does not tell. */
export interface DetailsPort {
  /** undefined: there is nothing more to know. The build as it was where GitLab does not answer; never rejects. */
  load(root: string, build: Build): Promise<Build> | undefined;
  /** Shows it in the rows. */
  show(root: string, build: Build): void;
}

export class BuildDetailsLoader implements DetailsPort {
  constructor(
    private readonly session: Session,
    private readonly clients: Pick<Clients, 'of'>,
  ) {}

  load(root: string, build: Build): Promise<Build> | undefined {
    const snapshot = this.session.snapshotOf(root);
    const target = targetOf(snapshot);
    // Where the list could not be had just now, this could not either.
    if (target === undefined || (snapshot?.kind === 'ready' && snapshot.stale !== undefined)) return undefined;
    const client = this.clients.of(target.instance);
    if (!client.isIncomplete(build)) return undefined;
    return client.completed(target.project, build, new AbortController().signal).catch(() => build);
  }

  show(root: string, build: Build): void {
    this.session.learn(root, build);
  }
}
