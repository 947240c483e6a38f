import type { Commit, FakeBuild, MergeRequest, Pipeline, Project, User } from '../model';
import type { Keys } from '../profiles/keys';
import type { Api } from '../profiles/profile';
import type { World } from '../world';
import { buildOf, commitStatusOf } from './builds';
import { Links } from './links';
import { basicUser, commitOf, userOf } from './people';
import { pipelineInList, pipelineOf, pipelineOfBuild } from './pipelines';
import { mergeRequestOf, projectV3, projectV4 } from './projects';
import { type Context, iso, toJson } from './show';

/** A row as it was written, and what it was written from besides its build. */
interface Row {
  readonly text: string;
  readonly from: readonly unknown[];
}

/** World → JSON as Grape writes it: keys in GitLab's order, absent where GitLab leaves them out. */
export class Entities {
  readonly links: Links;
  readonly #world: World;
  /** A build that changes is a new object, so its row is new too. */
  readonly #rows = new Map<Keys, { plain: WeakMap<FakeBuild, Row>; downloadable: WeakMap<FakeBuild, Row> }>();

  /** `url`: external URL of the instance, relative root included. */
  constructor(world: World, url: string) {
    this.#world = world;
    this.links = new Links(url, world.profile);
  }

  builds(builds: readonly FakeBuild[], keys: Keys, mayDownload: boolean): string {
    return `[${builds.map((build) => this.build(build, keys, mayDownload)).join(',')}]`;
  }

  build(build: FakeBuild, keys: Keys, mayDownload: boolean): string {
    const context = this.#context(keys, mayDownload);
    // Durations grow with every look, and a bridge shows another pipeline.
    if (build.kind === 'bridge' || build.status === 'running' || build.status === 'pending')
      return toJson(buildOf(build, context));
    const rows = this.#rowsOf(keys)[mayDownload ? 'downloadable' : 'plain'];
    const from = this.#sources(build, keys);
    const known = rows.get(build);
    if (known?.from.every((each, index) => each === from[index])) return known.text;
    const text = toJson(buildOf(build, context));
    rows.set(build, { text, from });
    return text;
  }

  statuses(builds: readonly FakeBuild[], keys: Keys): string {
    return toJson(builds.map((build) => commitStatusOf(build, this.#context(keys))));
  }

  pipelines(pipelines: readonly Pipeline[], keys: Keys): string {
    return toJson(pipelines.map((pipeline) => pipelineInList(pipeline, this.#context(keys))));
  }

  pipeline(pipeline: Pipeline, keys: Keys): string {
    return toJson(pipelineOf(pipeline, this.#context(keys)));
  }

  mergeRequests(mergeRequests: readonly MergeRequest[]): string {
    return toJson(mergeRequests.map((each) => mergeRequestOf(each, this.#place())));
  }

  mergeRequest(mergeRequest: MergeRequest): string {
    return toJson(mergeRequestOf(mergeRequest, this.#place()));
  }

  commit(project: Project, { sha }: Commit, keys: Keys): string {
    const context = this.#context(keys);
    const last = this.#world.pipelines(project).findLast((each) => each.sha === sha);
    return toJson({
      ...commitOf({ projectId: project.id, sha }, context),
      stats: { additions: 15, deletions: 10, total: 25 },
      status: last ? this.#world.pipelineState(last).status : null,
      last_pipeline: last ? pipelineOfBuild(last.id, context) : null,
      project_id: project.id,
    });
  }

  /** The caller's own account; on v3 with the private token, while there were any. */
  currentUser(user: User, { keys, project }: Api): string {
    const createdAt = iso(user.createdAtMs);
    return toJson({
      ...userOf(user, this.#context(keys)),
      last_sign_in_at: createdAt,
      confirmed_at: createdAt,
      email: `${user.username}@example.com`,
      theme_id: 2,
      color_scheme_id: 1,
      projects_limit: 10,
      current_sign_in_at: createdAt,
      identities: [],
      can_create_group: true,
      can_create_project: true,
      two_factor_enabled: false,
      ...(project === 'v3' && this.#world.profile.tokens.private ? { private_token: user.token } : {}),
    });
  }

  basicUser(user: User, keys: Keys): string {
    return toJson(basicUser(user, this.#context(keys)));
  }

  project(project: Project, user: User | undefined, { project: shape }: Api): string {
    return toJson((shape === 'v3' ? projectV3 : projectV4)(project, user, this.#place()));
  }

  #context(keys: Keys, mayDownload = false): Context {
    return { ...this.#place(), keys, mayDownload };
  }

  #place(): Pick<Context, 'world' | 'links'> {
    return { world: this.#world, links: this.links };
  }

  #rowsOf(keys: Keys): { plain: WeakMap<FakeBuild, Row>; downloadable: WeakMap<FakeBuild, Row> } {
    const known = this.#rows.get(keys) ?? { plain: new WeakMap(), downloadable: new WeakMap() };
    this.#rows.set(keys, known);
    return known;
  }

  /** What a row shows of other things. Users have a clock that shows the minute, artifacts expire. */
  #sources(build: FakeBuild, { build: keys }: Keys): readonly unknown[] {
    const project = this.#world.project(build.projectId);
    const state = keys.includes('pipeline') && this.#world.pipelineState({ id: build.pipelineId });
    const isTimeless = !keys.includes('duration') && build.artifactsExpireAtMs === null;
    return [project, state, this.#world.commit(build.projectId, build.sha), isTimeless || secondOf(this.#world.now())];
  }
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}
