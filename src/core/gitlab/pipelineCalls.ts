import type { ListedPipeline, Listing, MergeRequest, Pipeline } from '../model/pipeline';
import type { Needs } from '../model/timeline';
import type { Logger } from '../util/logger';
import { branchPipelines } from './branchPipelines';
import type { ClientCaches } from './clientCaches';
import {
  createMergeRequestPipeline,
  createPipeline,
  openMergeRequests,
  pipelineInputs,
  type CreatedPipeline,
  type PipelineRequest,
} from './createPipeline';
import type { CommitRef, ProjectCaller } from './dialect';
import type { InputSpec } from './inputSpecs';
import { toPipeline } from './listing/restMappers';
import type { Listings } from './listings';
import { needsOf, type PipelineKey } from './pipelineNeeds';

/** Pipelines of projects. */
export class PipelineCalls {
  constructor(
    private readonly client: ProjectCaller,
    private readonly listings: Listings,
    private readonly caches: ClientCaches,
    private readonly log: Logger,
  ) {}

  /** Retries failed and canceled builds of a pipeline, or cancels unfinished ones. Requires GitLab 8.11. */
  async act(project: string, id: number, action: 'retry' | 'cancel', signal: AbortSignal): Promise<void> {
    await this.client.change(project, signal, (found, { api }) =>
      api.post(`projects/${found.id}/pipelines/${id}/${action}`, () => undefined),
    );
  }

  /** Runs a pipeline for a pushed branch or tag. Throws `unsupported` before 8.14, and with variables before 9.0. */
  async create(project: string, wanted: PipelineRequest, signal: AbortSignal): Promise<CreatedPipeline> {
    return this.client.change(project, signal, (found, call) => createPipeline(call, found, wanted));
  }

  /** Runs a pipeline for a merge request by its number within the project. Throws `unsupported` before 12.3. */
  async createForMergeRequest(project: string, iid: number, signal: AbortSignal): Promise<CreatedPipeline> {
    return this.client.change(project, signal, (found, call) => createMergeRequestPipeline(call, found, iid));
  }

  /** Open merge requests of a branch; none before 12.3. */
  async openMergeRequests(project: string, branch: string, signal: AbortSignal): Promise<readonly MergeRequest[]> {
    return this.client.inProject(project, signal, (found, call) => openMergeRequests(call, found, branch));
  }

  /** Inputs that a pipeline for a branch or tag takes; none before 17.10. */
  async inputs(project: string, ref: string, signal: AbortSignal): Promise<readonly InputSpec[]> {
    return this.client.inProject(project, signal, (found, call) => pipelineInputs(call, found, ref));
  }

  /** GitLab's status of a pipeline. Requires GitLab 8.11. */
  async status(project: string, id: number, signal: AbortSignal): Promise<string> {
    return this.client.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => row.requireString('status')),
    );
  }

  /** The newest pipelines of refs, newest first, at most twenty. */
  async ofBranch(project: string, refs: readonly string[], signal: AbortSignal): Promise<readonly ListedPipeline[]> {
    const { log, caches } = this;
    const { memory } = caches;
    return this.client.inProject(project, signal, (found, call) =>
      branchPipelines({ call, project: found, refs, memory, log }),
    );
  }

  /** One pipeline by its id. Requires GitLab 8.11. */
  async get(project: string, id: number, signal: AbortSignal): Promise<Pipeline> {
    return this.client.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => toPipeline(row, found)),
    );
  }

  /** The builds of one pipeline and of those that these triggered in the same project, arranged. */
  async listing(project: string, pipeline: Pipeline, signal: AbortSignal): Promise<Listing> {
    return this.client.inProject(project, signal, (found, call) =>
      this.listings.arranged(found, call, { sha: pipeline.sha }, true, (question) =>
        call.dialect.pipelineRows(question, pipeline),
      ),
    );
  }

  /** The commit that a pipeline ran for. Requires GitLab 8.11. */
  async commitOf(project: string, id: number, signal: AbortSignal): Promise<CommitRef> {
    return this.client.inProject(project, signal, (found, { api }) =>
      api.get(`projects/${found.id}/pipelines/${id}`, (row) => ({
        sha: row.requireString('sha'),
        ref: row.string('ref'),
      })),
    );
  }

  /** What the builds of a pipeline need; undefined if GitLab doesn't tell, as before 14.0. */
  async needsOf(project: string, pipeline: PipelineKey, signal: AbortSignal): Promise<Needs | undefined> {
    const { log, caches } = this;
    const { memory } = caches;
    return this.client.inProject(project, signal, (found, call) =>
      needsOf({ call, project: found, pipeline, memory, log }),
    );
  }
}
