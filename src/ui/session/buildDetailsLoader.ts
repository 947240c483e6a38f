import type { Build } from '../../core/model/build';
import { targetOf } from '../../core/model/snapshot';
import type { Clients } from '../../core/gitlab/clients';
import type { Session } from '../../core/session/session';

/** Loads build details that lists lack, when the user looks at a build. */
export interface DetailsPort {
  /** Adds details to a build; undefined if there are no more. On failure returns the build unchanged; never rejects. */
  load(root: string, build: Build): Promise<Build> | undefined;
  /** Shows the details in the rows. */
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
    // If the list couldn't be loaded just now, this can't either.
    if (target === undefined || (snapshot?.kind === 'ready' && snapshot.stale !== undefined)) return undefined;
    const client = this.clients.of(target.instance);
    if (!client.builds.isIncomplete(build)) return undefined;
    return client.builds.completed(target.project, build, new AbortController().signal).catch(() => build);
  }

  show(root: string, build: Build): void {
    this.session.learn(root, build);
  }
}
