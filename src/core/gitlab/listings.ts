import { setImmediate as nextTurn } from 'node:timers/promises';
import { arrange } from '../model/arrange';
import type { Listing } from '../model/pipeline';
import { deepEqual } from '../util/deepEqual';
import type { Logger } from '../util/logger';
import type { ClientCaches } from './clientCaches';
import type { DetectedServer } from './detectedServer';
import type { Call, CommitQuestion, CommitRef, KindsOfPipelines, Project, ProjectCaller } from './dialect';
import { has } from './features';
import type { FoundProjects } from './foundProjects';
import type { FactsKeeper } from './instanceFacts';
import { maxBuilds } from './listing/listingBounds';
import { mayHideUpgrade } from './notFound';

/**
 * Lists with more builds than this are processed in separate turns of the event loop; as many take a few milliseconds.
 */
const manyRows = 500;

interface ListingsParts {
  readonly client: ProjectCaller & { readonly usesGraphql: boolean | undefined };
  readonly server: DetectedServer;
  readonly projects: FoundProjects;
  readonly caches: ClientCaches;
  readonly facts: FactsKeeper | undefined;
  readonly log: Logger;
}

/** Builds and pipelines of commits. A listing may cast doubt on what is known of the server and the project. */
export class Listings {
  constructor(private readonly parts: ListingsParts) {}

  /**
   * Loads the builds and pipelines of a commit, arranged; empty if it has no CI. `isAsked`: the user asked, so nothing
   * may come from a cache.
   */
  async ofCommit(project: string, commit: CommitRef, signal: AbortSignal, isAsked = false): Promise<Listing> {
    const { client, server } = this.parts;
    const { usesGraphql } = client;
    const listing = await this.listOrDoubt(project, commit, signal, isAsked);
    if (usesGraphql === true && client.usesGraphql === false) server.isDoubted = true;
    const holds = await this.isStillValid(project, listing, signal);
    const isUpgraded = server.isDoubted && (await server.detectAgain(signal));
    return holds && !isUpgraded ? listing : this.list(project, commit, signal, isAsked);
  }

  /** Like `list`; a failure that an upgrade may cause or hide casts doubt on the known version. */
  private async listOrDoubt(project: string, commit: CommitRef, signal: AbortSignal, isAsked: boolean) {
    try {
      return await this.list(project, commit, signal, isAsked);
    } catch (error) {
      if (mayHideUpgrade(error)) this.parts.server.isDoubted = true;
      throw error;
    }
  }

  private async list(project: string, commit: CommitRef, signal: AbortSignal, isAsked: boolean): Promise<Listing> {
    return this.parts.client.inProject(project, signal, async (found, call) => {
      const ask = (question: CommitQuestion): Promise<Listing> => call.dialect.commitRows(question);
      const listing = await this.arranged(found, call, commit, isAsked, ask);
      this.parts.projects.keepLearned(project, found, kindsIn(listing, commit));
      return listing;
    });
  }

  /** Loads rows and arranges them. */
  async arranged(
    project: Project,
    { api, server }: Call,
    commit: CommitRef,
    isAsked: boolean,
    ask: (question: CommitQuestion) => Promise<Listing>,
  ): Promise<Listing> {
    const { log, caches, projects } = this.parts;
    const { memory, details } = caches;
    const expected = projects.kindsOf(project);
    const rows = await ask({ api, server, project, commit, memory, log, isAsked, expected });
    const pipelines = [...rows.pipelines].sort((a, b) => b.id - a.id);
    const isPartial = api.isPartial || rows.isPartial === true || rows.builds.length > maxBuilds;
    // Read the last page, arrange, and render in separate turns if there is a lot.
    const isMuch = rows.builds.length > manyRows;
    if (isMuch) await nextTurn();
    const builds = arrange(details.withAll(project.id, rows.builds.slice(0, maxBuilds)), pipelines);
    if (isMuch) await nextTurn();
    return { builds, pipelines, ...(isPartial ? { isPartial } : {}) };
  }

  /**
   * Checks facts restored from another window if the listing casts doubt on them: the id may now belong to another
   * project, or the server may be older than assumed.
   */
  private async isStillValid(name: string, { builds, pipelines }: Listing, signal: AbortSignal): Promise<boolean> {
    const { client, server, projects, facts } = this.parts;
    const { detected } = server;
    const known = projects.get(name);
    let holds = true;
    if (builds.length === 0 && pipelines.length === 0 && known?.isSeen === false)
      holds = (await projects.lookUpAgain(name, name, signal)).id === known.project.id;
    const isDenied = client.usesGraphql === false && facts?.get()?.noGraphql !== true;
    if (detected?.isSeen === false && has(detected.server, 'graphqlLists') && isDenied) {
      server.detected = undefined;
      holds = deepEqual((await server.open(signal)).server, detected.server) && holds;
    }
    return holds;
  }
}

/** Kinds of pipelines in a listing of a commit. */
function kindsIn({ pipelines }: Listing, { sha }: CommitRef): KindsOfPipelines {
  const hasChildren = pipelines.some(({ source }) => source === 'parent_pipeline');
  const hasMerges = pipelines.some((pipeline) => pipeline.mergeRequest !== undefined && pipeline.sha !== sha);
  return { ...(hasChildren ? { hasChildren } : {}), ...(hasMerges ? { hasMerges } : {}) };
}
