import type { GitLabTests } from '../artifacts/tests/testReport';
import type { Build, Commit } from '../model/build';
import { expectedSeconds } from '../model/durations';
import { GitLabError } from '../model/errors';
import type { History } from '../model/history';
import type { Logger } from '../util/logger';
import type { Clock } from '../util/timer';
import { isIncomplete } from './buildDetails';
import { buildHistory } from './buildHistory';
import type { ClientCaches } from './clientCaches';
import type { Server } from './detect';
import { buildReader, type Project, type ProjectCaller } from './dialect';
import { jobInputs, type JobInputs } from './jobInputs';
import { effectOf, type Effect, type LostAction } from './lostAnswer';
import { isGraphqlUsed } from './listing/graphql';
import { lacksOf } from './listing/graphqlRequests';

const durationsKeptMs = 30 * 60_000;

/** What finds a project and one of its builds. */
interface BuildReader extends ProjectCaller {
  readonly server: Server | undefined;
  project(idOrPath: string, signal: AbortSignal): Promise<Project>;
  build(project: string, id: number, signal: AbortSignal): Promise<Build>;
}

/** What GitLab knows of builds besides their list: the newest ones, details, inputs, histories and tests. */
export class BuildCalls {
  constructor(
    private readonly client: BuildReader,
    private readonly caches: ClientCaches,
    private readonly log: Logger,
    private readonly clock: Clock,
  ) {}

  /** One page of the project's newest builds, newest first. `scope`: only builds with this status. */
  async recent(project: string, scope: string | undefined, signal: AbortSignal): Promise<readonly Build[]> {
    // Only the form with a single `scope` works on all versions.
    const query = scope === undefined ? '' : `?scope=${encodeURIComponent(scope)}`;
    return this.client.inProject(project, signal, async (found, call) => {
      const path = `projects/${found.id}/${call.dialect.segment}${query}`;
      return (await call.api.page(path, 1, buildReader(found, call))).items;
    });
  }

  /** Expected duration in seconds by build name, from the latest successful runs. Requested at most twice an hour. */
  async expectedSeconds(project: string, signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const known = this.caches.durations.get(project);
    // A negative age means that the clock was set back.
    const age = this.clock.now() - (known?.at ?? -Infinity);
    if (known !== undefined && age >= 0 && age < durationsKeptMs) return known.seconds;
    try {
      return this.keepSeconds(project, expectedSeconds(await this.recent(project, 'success', signal)));
    } catch (error) {
      // Optional data: don't repeat a failed request at every refresh.
      if (error instanceof GitLabError) this.keepSeconds(project, known?.seconds ?? {});
      throw error;
    }
  }

  /** Last result of `expectedSeconds`; undefined if not requested yet. */
  knownSeconds(project: string): Readonly<Record<string, number>> | undefined {
    return this.caches.durations.get(project)?.seconds;
  }

  private keepSeconds(project: string, seconds: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
    this.caches.durations.set(project, { seconds, at: this.clock.now() });
    return seconds;
  }

  /** Whether GitLab knows details that its lists omit: runner, or size and expiry of artifacts. */
  isIncomplete(build: Build): boolean {
    const { server } = this.client;
    const { memory } = this.caches;
    if (server === undefined || !isGraphqlUsed({ server, memory })) return false;
    return isIncomplete(build, lacksOf({ server, memory }));
  }

  /** Adds the details that lists omit. */
  async completed(project: string, build: Build, signal: AbortSignal): Promise<Build> {
    if (!this.isIncomplete(build)) return build;
    const { id } = await this.client.project(project, signal);
    // Shared by all callers, so no single one can cancel it.
    return this.caches.details.load(id, build, () =>
      this.client.build(project, build.id, new AbortController().signal),
    );
  }

  /** Finds out whether a change took effect although its response was lost. */
  async effectOf(project: string, action: LostAction, signal: AbortSignal): Promise<Effect> {
    return this.client.inProject(project, signal, (found, call) =>
      effectOf(call, found, action, buildReader(found, call)),
    );
  }

  /** Inputs of a build; undefined before 18.10, or if GitLab doesn't tell. */
  async inputs(project: string, id: number, signal: AbortSignal): Promise<JobInputs | undefined> {
    const { log } = this;
    return this.client.inProject(project, signal, (found, call) => jobInputs(call, found, id, log));
  }

  /** Finds out since when a build has been failing, with at most eight requests. `ancestors`: its commit and those before, newest first. */
  async historyOf(project: string, build: Build, ancestors: readonly Commit[], signal: AbortSignal): Promise<History> {
    const { log } = this;
    return this.client.inProject(project, signal, (found, call) =>
      buildHistory({ call, project: found, build, ancestors, log }),
    );
  }

  /**
   * Test results from a build's `junit` reports; undefined if GitLab has none. `state` changes whenever another build
   * of the pipeline with a report finishes.
   */
  async testsOf(project: string, build: Build, state: string, signal: AbortSignal): Promise<GitLabTests | undefined> {
    const { pipeline } = build;
    if (pipeline === undefined) return undefined;
    const { log, caches } = this;
    const { memory } = caches;
    return this.client.inProject(project, signal, (found, call) =>
      this.caches.tests.load({ call, project: found, build, pipeline, state, memory, log }),
    );
  }
}
