import type { Api, Profile, RouteName } from './profiles/profile';
import { hasField } from './graphql/schema';
import { profileNames, profiles } from './profiles/profiles';

/** Where the table stands in docs/versions.md. */
const begin = '<!-- versions: made by `npm run versions` -->';
const end = '<!-- /versions -->';

interface Served extends Profile {
  /** The one that is spoken to it: v4 where that has jobs. */
  readonly api: Api;
  readonly speaks: 'v3' | 'v4';
}

type Cell = (served: Served) => boolean | string;

const hasRoutes =
  (...names: readonly RouteName[]): Cell =>
  ({ api }) =>
    names.every((name) => api.routes.includes(name));

/** What a user can do, or sees; true is ✓, false is –. */
const rows: readonly (readonly [what: string, cell: Cell])[] = [
  ['API', ({ speaks, graphql }) => (graphql === 'absent' ? speaks : `${speaks}, GraphQL`)],
  ['builds of a commit', wayToBuilds],
  [
    '· of all its pipelines',
    ({ api, rules }) => !api.routes.includes('commitBuilds') || rules.commitLookup !== 'onePipeline',
  ],
  ['· in one request', (each) => wayToBuilds(each) === true],
  ['· attempts', ({ api, graphql }) => graphql !== 'absent' || api.pipelineBuilds.retried !== 'excluded'],
  ['· in the true order of stages', ({ graphql }) => graphql !== 'absent'],
  ['pipelines', ({ api }) => api.keys.build.includes('pipeline')],
  ['· of merge requests', hasRoutes('mergeRequestPipelines')],
  ['· of a branch', ({ api }) => api.routes.includes('pipelines') && api.keys.build.includes('pipeline')],
  ['· child pipelines', ({ api }) => api.keys.bridge.includes('downstream_pipeline')],
  ['external statuses', hasRoutes('commitStatuses')],
  ['why a build failed', tellsWhy],
  ['· its exit code', (each) => hasField(each, 'CiJob', 'exitCode')],
  ['what is wrong with the configuration', ({ api }) => api.pipelineFilters.includes('sha')],
  ['which builds a build needs', (each) => hasField(each, 'CiJob', 'needs')],
  ['tests of reports', ({ api, rules }) => api.routes.includes('testReport') && rules.testReports],
  ['retry', hasRoutes('retry')],
  ['· with inputs of the build', ({ api }) => api.jobInputs !== 'none'],
  ['cancel', hasRoutes('cancel')],
  ['· gracefully', ({ rules }) => rules.gracefulCancel],
  ['· by force', ({ api }) => api.forceCancel],
  ['retry, cancel a pipeline', hasRoutes('pipelineRetry', 'pipelineCancel')],
  ['run a pipeline', hasRoutes('createPipeline')],
  ['· for a merge request', hasRoutes('createMergeRequestPipeline')],
  ['· with inputs', (each) => hasField(each, 'Project', 'ciPipelineCreationInputs')],
  [
    'validate `.gitlab-ci.yml`',
    ({ api }) => (['lint', 'projectLint'] as const).some((name) => api.routes.includes(name)),
  ],
  ['· with what it includes', hasRoutes('projectLint')],
  ['· the merged configuration', hasRoutes('projectLint')],
  ['play', ({ api, rules }) => api.routes.includes('play') && rules.playableFrom.length > 0],
  ['· with variables', ({ api }) => api.playVariables],
  ['· with inputs of the build', ({ api }) => api.jobInputs !== 'none'],
  ["· with GitLab's question", (each) => hasField(each, 'StatusAction', 'confirmationMessage')],
  ['· delayed builds', ({ rules }) => rules.playableFrom.includes('scheduled')],
  ['retry, play a bridge', ({ rules }) => words({ retry: rules.retryOfBridge, play: rules.playOfBridge })],
  ['erase', hasRoutes('erase')],
  ['artifacts', hasRoutes('artifacts')],
  ['· of the newest pipeline of a branch', hasRoutes('refArtifacts')],
  ['· keep', hasRoutes('keep')],
  ['· delete', hasRoutes('deleteArtifacts')],
  ['· one file of them', hasRoutes('artifactFile')],
  ['· their files listed', hasRoutes('artifactTree')],
  ['what the role allows is known', ({ graphql }) => graphql !== 'absent'],
  ['tokens', ({ tokens }) => words({ private: tokens.private, personal: tokens.personal })],
  ['· that may only read', ({ tokens }) => tokens.readApi],
];

function wayToBuilds({ api, graphql }: Served): boolean | string {
  if (api.routes.includes('commitBuilds') || graphql !== 'absent') return true;
  if (api.pipelineFilters.includes('sha')) return 'by pipelines';
  return api.routes.includes('commitStatuses') && 'by statuses';
}

function tellsWhy(each: Served): boolean {
  // GraphQL lists where it says what a bridge has started: by a tooltip before 16.2, and a sentence since.
  if (each.graphql !== 'absent') return hasField(each, 'CiJob', 'downstreamPipeline');
  return each.api.keys.build.includes('failure_reason');
}

function words(which: Readonly<Record<string, boolean>>): string | boolean {
  const those = Object.keys(which).filter((name) => which[name] === true);
  return those.length > 0 && those.join(', ');
}

/** What each GitLab can do, as Markdown, from the profiles of the fake one. */
export function versionTable(): string {
  const all = profileNames.map((name) => served(profiles[name]));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...all.map(({ name }) => name)]),
    line(['---', ...all.map(() => '---')]),
    ...rows.map(([what, cell]) => line([what, ...all.map((each) => shown(cell(each)))])),
  ].join('\n');
}

function shown(value: boolean | string): string {
  if (typeof value === 'string') return value;
  return value ? '✓' : '–';
}

export function served(profile: Profile): Served {
  const { v3, v4 } = profile;
  if (v4 !== 'absent' && v4.noun === 'job') return { ...profile, api: v4, speaks: 'v4' };
  if (v3 === 'gone') throw new Error(`GitLab ${profile.name} has no API`);
  return { ...profile, api: v3, speaks: 'v3' };
}

/** The document with this table in its place. Throws where the place is not marked. */
export function withVersionTable(document: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`There is no ${begin} with ${end} after it.`);
  return `${document.slice(0, from + begin.length)}\n\n${versionTable()}\n\n${document.slice(to)}`;
}
