import { type Answer, json, notFound } from '../answer';
import type { FakeBuild, Project } from '../model';
import type { World } from '../world';
import { type BuildCall, buildJson, mayDownload, type PipelineCall, type ProjectCall, text } from './call';
import { listBuilds, listBuildsByKey, listRows, scopeOf } from './lists';
import { revision } from './revision';

export function allBuilds(call: ProjectCall): Answer {
  const { site, user, api, params } = call;
  const refusal = user && site.limiter.refusal(user.username);
  if (refusal) return refusal;
  const ids = site.world.buildIds(call.project);
  if (api.keysetBuilds && params['pagination'] === 'keyset') return listBuildsByKey(call, ids);
  return listBuilds(call, ids, api.buildsTotal);
}

export function commitBuilds(call: ProjectCall): Answer {
  const { world } = call.site;
  const sha = text(call.params['sha']);
  const ids = idsOfCommit[world.profile.rules.commitLookup](world, call.project, sha);
  return ids ? listBuilds(call, ids, 'counted') : notFound;
}

type IdsOfCommit = (world: World, project: Project, sha: string) => readonly number[] | undefined;

/** Ascending; undefined is 404. All of them compare the sha letter by letter. */
const idsOfCommit: Readonly<Record<World['profile']['rules']['commitLookup'], IdsOfCommit>> = {
  ciRecord: (world, project, sha) => world.buildIdsOfCommit(project, sha),
  onePipeline: (world, project, sha) => {
    const pipeline = world.pipelines(project).find((each) => each.sha === sha);
    return pipeline ? onlyBuilds(world.inPipeline(pipeline)) : world.buildIdsOfCommit(project, sha);
  },
  revision: (world, project, sha) =>
    revision(world, project, sha) ? (world.buildIdsOfCommit(project, sha) ?? []) : undefined,
};

function onlyBuilds(builds: readonly FakeBuild[]): readonly number[] {
  return builds.filter(({ kind }) => kind === 'build').map(({ id }) => id);
}

export function showBuild(call: BuildCall): Answer {
  return json(200, buildJson(call, call.build));
}

/** Always the whole log; none is an empty body. "infile" is GitLab's own spelling. */
export function showTrace({ build, project }: BuildCall): Answer {
  const masked = build.trace.toString('latin1').replaceAll(project.runnersToken, 'xxxxxx');
  const headers = { 'Content-Disposition': `infile; filename="${build.id}.log"`, 'Content-Type': 'text/plain' };
  return { status: 200, headers, body: Buffer.from(masked, 'latin1') };
}

/** Order and superseded attempts drift from version to version. */
export function pipelineBuilds(call: PipelineCall): Answer {
  const { order, retried } = call.api.pipelineBuilds;
  const isAsked = retried === 'asked' && ['true', '1', 't'].includes(text(call.params['include_retried']));
  const isShown = (build: FakeBuild): boolean =>
    build.kind === 'build' && (!build.retried || retried === 'included' || isAsked);
  return listOfPipeline(call, call.site.world.inPipeline(call.pipeline).filter(isShown).sort(orders[order]));
}

const orders = {
  ascending: (a: FakeBuild, b: FakeBuild) => a.id - b.id,
  descending: (a: FakeBuild, b: FakeBuild) => b.id - a.id,
  // A row that was written to moves to the end of PostgreSQL's table.
  unordered: (a: FakeBuild, b: FakeBuild) => writtenAt(a) - writtenAt(b) || a.id - b.id,
};

export function pipelineBridges(call: PipelineCall): Answer {
  const bridges = call.site.world
    .inPipeline(call.pipeline)
    .filter(({ kind, retried }) => kind === 'bridge' && !retried);
  return listOfPipeline(call, bridges.sort(orders.descending));
}

function listOfPipeline(call: PipelineCall, builds: readonly FakeBuild[]): Answer {
  const asked = scopeOf(call.params['scope'], call.api.pipelineScope);
  if ('refusal' in asked) return asked.refusal;
  const wanted = builds.filter(({ status }) => asked.statuses?.includes(status) ?? true);
  return listRows(call, wanted, (rows) => call.site.entities.builds(rows, call.api.keys, mayDownload(call)));
}

function writtenAt({ createdAtMs, startedAtMs, finishedAtMs }: FakeBuild): number {
  return finishedAtMs ?? startedAtMs ?? createdAtMs;
}

/** Only a running job may ask which one it is; a person is told that there is none. */
export function jobOfToken(): Answer {
  return json(404, JSON.stringify({ message: '404 Job Not Found' }));
}
